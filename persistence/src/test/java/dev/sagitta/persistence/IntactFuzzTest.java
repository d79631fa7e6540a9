package dev.sagitta.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * The lenient readers, which salvages go by, under bytes that are nearly right, some behind right
 * checksums: what they give keeps their promises, and what they leave out they tell. Input counts
 * as refused if damage was told.
 */
final class IntactFuzzTest {

  private static final Path ROOT = Path.of("/");
  private static final UUID STORE = LogFixture.STORE;
  private static final String SLOTS = "slots-1.tab";
  private static final int FEW = 1_000;
  private static final int BODY_BYTES = BlockFileFormat.BLOCK_BYTES + 1_000;

  /** A spoilt header may say that the file is of a newer format, which is not damage. */
  private static boolean told(Throwable e) {
    return e instanceof CorruptFileException || e instanceof FormatVersionException;
  }

  private static Mutator mutator(long seed) {
    return new Mutator(seed, ByteOrder.LITTLE_ENDIAN);
  }

  private static void throwFirst(List<CorruptFileException> damage) throws IOException {
    if (!damage.isEmpty()) {
      throw damage.getFirst();
    }
  }

  private static SimulatedFiles files(Map<Path, byte[]> contents) throws IOException {
    var files = new SimulatedFiles();
    for (Map.Entry<Path, byte[]> file : contents.entrySet()) {
      files.create(file.getKey()).write(ByteBuffer.wrap(file.getValue()), 0);
    }
    return files;
  }

  @Test
  void frames() throws Exception {
    SimulatedFiles valid = LogFixture.twoLogs();
    byte[] first = valid.bytes(LogFixture.file(1));
    byte[] second = valid.bytes(LogFixture.file(2));
    new Fuzzing("intact frames", IntactFuzzTest::told)
        .run(
            Fuzzing.inputs(FEW),
            first.length + second.length,
            seed -> {
              Mutator mutator = mutator(seed);
              boolean ofFirst = mutator.choose(2) == 0;
              byte[] log = ofFirst ? first : second;
              byte[] spoilt =
                  mutator.choose(16) == 0 ? log : mutator.mutate(log, 4, LogFrame.starts(log));
              if (spoilt.length >= LogFormat.HEADER_BYTES && mutator.choose(2) == 0) {
                Surgery.sealLog(spoilt);
              }
              return files(
                  Map.of(
                      LogFixture.file(1), ofFirst ? spoilt : first,
                      LogFixture.file(2), ofFirst ? second : spoilt));
            },
            IntactFuzzTest::scanFrames);
  }

  /** Sequences ascend, and between two of them all is told that is missing. */
  private static void scanFrames(SimulatedFiles files) throws IOException {
    var damage = new ArrayList<CorruptFileException>();
    var gaps = new ArrayList<long[]>();
    try (IntactFrames scan =
        IntactFrames.open(
            files,
            ROOT,
            STORE,
            List.of(1L, 2L),
            new IntactFrames.Range(1, 1, 1, 0),
            damage::add,
            (file, offset, from, to) -> gaps.add(new long[] {from, to.orElse(Long.MAX_VALUE)}))) {
      long last = 0;
      while (scan.next()) {
        long sequence = scan.sequence();
        assertTrue(sequence > last, () -> "sequence " + sequence);
        assertTrue(scan.payload().remaining() <= LogFormat.FRAME_PAYLOAD_MAX, "a long payload");
        if (sequence > last + 1) {
          long[] gap = gaps.removeLast();
          assertEquals(last + 1, gap[0]);
          assertEquals(sequence - 1, gap[1]);
        }
        assertTrue(gaps.isEmpty(), "a gap where none is");
        last = sequence;
      }
      assertTrue(gaps.size() <= 1, "the end is missing twice");
      for (long[] gap : gaps) {
        assertEquals(last + 1, gap[0]);
        assertTrue(gap[1] >= gap[0], "a gap without a sequence");
      }
    }
    throwFirst(damage);
  }

  /**
   * A block file, and what is known of it.
   *
   * @param entry that of the intact file, or of the spoilt one
   */
  @SuppressWarnings("ArrayRecordComponent") // never changed
  private record Listed(byte[] content, FileEntry entry, boolean ofIntact, long bodyBytes) {}

  @Test
  void blocks() throws Exception {
    var files = new SimulatedFiles();
    FileEntry entry;
    byte[] body = Payloads.of(1, BODY_BYTES);
    try (BlockFileWriter writer =
        BlockFileWriter.create(files, ROOT, SLOTS, FileKind.SLOTS, STORE)) {
      writer.write(ByteBuffer.wrap(body));
      entry = writer.finish();
    }
    byte[] valid = files.bytes(ROOT.resolve(SLOTS));
    int footer = valid.length - BlockFileFormat.FOOTER_BYTES;
    new Fuzzing("intact blocks", IntactFuzzTest::told)
        .run(
            Fuzzing.inputs(FEW) / 4,
            valid.length,
            seed -> {
              Mutator mutator = mutator(seed);
              byte[] spoilt = mutator.choose(16) == 0 ? valid : mutator.mutate(valid, 4, footer);
              boolean relisted =
                  spoilt.length >= BlockFileFormat.FILE_BYTES_MIN && mutator.choose(2) == 0;
              if (!relisted) {
                return new Listed(spoilt, entry, true, BODY_BYTES);
              }
              int end = Math.min(FileHeader.BYTES + BODY_BYTES, spoilt.length - 32);
              Surgery.sealHeader(spoilt);
              Surgery.sealTail(spoilt, end);
              int checksum = Surgery.checksum(spoilt);
              long bodyBytes = mutator.choose(4) == 0 ? BODY_BYTES - 8 : BODY_BYTES;
              return new Listed(
                  spoilt,
                  new FileEntry(SLOTS, FileKind.SLOTS, spoilt.length, checksum),
                  false,
                  bodyBytes);
            },
            listed -> readBlocks(listed, body));
  }

  /** What comes back of a file whose true checksum is known is what was written. */
  private static void readBlocks(Listed listed, byte[] body) throws IOException {
    SimulatedFiles files = files(Map.of(ROOT.resolve(SLOTS), listed.content()));
    var damage = new ArrayList<CorruptFileException>();
    try (IntactBlocks blocks =
        IntactBlocks.open(files, ROOT, STORE, listed.entry(), listed.bodyBytes(), damage::add)) {
      ByteBuffer some = ByteBuffer.allocate(64);
      boolean all = true;
      for (long at = 0; at + some.capacity() <= blocks.bodyBytes(); at += 488) {
        boolean intact = blocks.read(at, some.clear());
        all &= intact;
        if (intact && listed.ofIntact()) {
          assertEquals(ByteBuffer.wrap(body, (int) at, some.capacity()), some.flip());
        }
      }
      assertTrue(!blocks.read(blocks.bodyBytes(), some.clear()), "read behind the end");
      assertTrue(!blocks.read(-1, some.clear()), "read before the beginning");
      assertEquals(all, blocks.areAll());
      assertTrue(all || !damage.isEmpty(), "a damaged block is not told");
    }
    throwFirst(damage);
  }

  @Test
  void collections() throws Exception {
    SimulatedFiles valid = LogFixture.twoLogs();
    var store = new ManifestStore(valid, ROOT);
    for (int generation = 1; generation <= 2; generation++) {
      store.write(
          new Manifest(
              generation,
              STORE,
              2,
              ByteBuffer.allocate(32),
              ByteBuffer.allocate(32),
              List.of(),
              1,
              1,
              1,
              0));
    }
    List<String> names = valid.list(ROOT).stream().sorted().toList();
    new Fuzzing("collection scan", IntactFuzzTest::told)
        .run(
            Fuzzing.inputs(FEW),
            4_096,
            seed -> {
              Mutator mutator = mutator(seed);
              SimulatedFiles files = valid.copy(1);
              for (int i = mutator.choose(3); i >= 0; i--) {
                String name = names.get(mutator.choose(names.size()));
                byte[] before = files.bytes(ROOT.resolve(name));
                boolean intact = Arrays.equals(before, valid.bytes(ROOT.resolve(name)));
                boolean manifest = FileKind.MANIFEST.number(name).isPresent();
                byte[] spoilt =
                    manifest && intact && mutator.choose(2) == 0
                        ? Surgery.blockFile(before, mutator.mutate(Surgery.body(before), 4, 0, 64))
                        : mutator.mutate(before, 4, 0);
                if (spoilt.length >= FileHeader.BYTES && mutator.choose(2) == 0) {
                  Surgery.sealHeader(spoilt);
                }
                files.decay(ROOT.resolve(name), spoilt);
              }
              return files;
            },
            IntactFuzzTest::scanCollection);
  }

  /** All manifests are of the store that was elected, newest first. */
  private static void scanCollection(SimulatedFiles files) throws IOException {
    var damage = new ArrayList<CorruptFileException>();
    CollectionScan scan = CollectionScan.read(files, ROOT, damage::add);
    long generation = Long.MAX_VALUE;
    for (Manifest manifest : scan.manifests()) {
      assertTrue(manifest.generation() < generation, "not newest first");
      generation = manifest.generation();
      assertEquals(scan.storeId().orElseThrow(), manifest.storeId());
    }
    assertEquals(List.of(1L, 2L), scan.logs());
    assertEquals(2, scan.manifests().size() + damage.size(), "a manifest that nobody tells of");
    throwFirst(damage);
  }
}
