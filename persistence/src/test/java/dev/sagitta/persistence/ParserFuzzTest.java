package dev.sagitta.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * Every parser of this package under bytes that are nearly right, behind right checksums. A parser
 * gives a value that holds what it promises, or a typed error.
 */
final class ParserFuzzTest {

  private static final Path ROOT = Path.of("/");
  private static final Path FILE = ROOT.resolve("slots-1.tab");
  private static final UUID STORE = LogFixture.STORE;
  private static final int FEW = 1_000;

  private static boolean typed(Throwable e) {
    return e instanceof CorruptFileException
        || e instanceof FormatVersionException
        || e instanceof WrongStoreException;
  }

  private static Mutator mutator(long seed) {
    return new Mutator(seed, ByteOrder.LITTLE_ENDIAN);
  }

  private static SimulatedFiles files(Map<Path, byte[]> contents) throws IOException {
    var files = new SimulatedFiles();
    for (Map.Entry<Path, byte[]> file : contents.entrySet()) {
      files.create(file.getKey()).write(ByteBuffer.wrap(file.getValue()), 0);
    }
    return files;
  }

  @Test
  void fileHeader() throws Exception {
    ByteBuffer valid = ByteBuffer.allocate(FileHeader.BYTES);
    FileHeader.put(valid, FileKind.SLOTS, STORE);
    new Fuzzing("file header", ParserFuzzTest::typed)
        .run(
            Fuzzing.inputs(FEW),
            FileHeader.BYTES,
            seed -> {
              Mutator mutator = mutator(seed);
              byte[] spoilt = mutator.mutate(valid.array(), 4);
              if (spoilt.length >= FileHeader.BYTES && mutator.choose(8) > 0) {
                Surgery.sealHeader(spoilt);
              }
              return files(Map.of(FILE, spoilt));
            },
            files -> {
              try (FileHandle handle = files.openForReading(FILE)) {
                FileHeader.read(handle, FILE, FileKind.SLOTS, STORE);
              }
            });
  }

  @Test
  void logHeader() throws Exception {
    byte[] valid =
        LogHeaderCodec.encode(new LogHeader(STORE, 3, 2, LogFixture.SALT, 17, 4_000, 99)).array();
    Path file = LogFixture.file(3);
    new Fuzzing("log header", ParserFuzzTest::typed)
        .run(
            Fuzzing.inputs(FEW),
            valid.length,
            seed -> {
              Mutator mutator = mutator(seed);
              byte[] spoilt = mutator.mutate(valid, 4, 0, LogFormat.NUMBER_OFFSET);
              if (spoilt.length >= LogFormat.HEADER_BYTES && mutator.choose(8) > 0) {
                Surgery.sealLog(spoilt);
              }
              return files(Map.of(file, spoilt));
            },
            files -> {
              try (FileHandle handle = files.openForReading(file)) {
                LogHeader header = LogHeaderCodec.read(handle, file, STORE, 3).header();
                assertTrue(header.epoch() >= 1 && header.firstSequence() >= 1, header::toString);
              }
            });
  }

  @Test
  void framesAndSeals() throws Exception {
    SimulatedFiles valid = LogFixture.twoLogs();
    byte[] first = valid.bytes(LogFixture.file(1));
    byte[] second = valid.bytes(LogFixture.file(2));
    new Fuzzing("log frames", ParserFuzzTest::typed)
        .run(
            Fuzzing.inputs(FEW),
            first.length + second.length,
            seed -> {
              Mutator mutator = mutator(seed);
              boolean ofFirst = mutator.choose(3) == 0;
              byte[] log = ofFirst ? first : second;
              byte[] spoilt = mutator.mutate(log, 4, LogFrame.starts(log));
              if (spoilt.length >= LogFormat.HEADER_BYTES && mutator.choose(8) > 0) {
                Surgery.sealLog(spoilt);
              }
              return files(
                  Map.of(
                      LogFixture.file(1), ofFirst ? spoilt : first,
                      LogFixture.file(2), ofFirst ? second : spoilt));
            },
            ParserFuzzTest::replayTwice);
  }

  /** What a replay accepts it accepts again, also from the log that goes on behind it. */
  private static void replayTwice(SimulatedFiles files) throws IOException {
    LogFixture.Replayed found = LogFixture.replay(files);
    assertEquals(found.payloads().size(), found.end().frames());
    assertEquals(found.end().lastSequence(), found.end().frames());
    assertTrue(found.end().durable().sequence() <= found.end().lastSequence());
    try (LogWriter next = LogWriter.continueAfter(files, ROOT, STORE, found.end())) {
      assertEquals(found.end().lastSequence(), next.lastSequence());
    }
    LogFixture.Replayed again = LogFixture.replay(files);
    assertEquals(found.payloads().size(), again.payloads().size());
    for (int i = 0; i < again.payloads().size(); i++) {
      assertEquals(
          ByteBuffer.wrap(found.payloads().get(i)), ByteBuffer.wrap(again.payloads().get(i)));
    }
  }

  /** A block file of two blocks. */
  private static byte[] blockFile() throws IOException {
    var files = new SimulatedFiles();
    try (BlockFileWriter writer =
        BlockFileWriter.create(files, ROOT, "slots-1.tab", FileKind.SLOTS, STORE)) {
      writer.write(ByteBuffer.wrap(Payloads.of(1, BlockFileFormat.BLOCK_BYTES + 1_000)));
      writer.finish();
    }
    return files.bytes(FILE);
  }

  @Test
  void blockFileFooterAndTable() throws Exception {
    byte[] valid = blockFile();
    int bodyEnd = FileHeader.BYTES + Surgery.body(valid).length;
    new Fuzzing("block file", ParserFuzzTest::typed)
        .run(
            Fuzzing.inputs(FEW) / 4,
            valid.length,
            seed -> {
              Mutator mutator = mutator(seed);
              byte[] tail = Arrays.copyOfRange(valid, bodyEnd, valid.length);
              byte[] spoiltTail = mutator.mutate(tail, 4, 0, tail.length - 32);
              byte[] spoilt = LogFixture.concat(Arrays.copyOf(valid, bodyEnd), spoiltTail);
              if (spoiltTail.length >= BlockFileFormat.FOOTER_BYTES && mutator.choose(8) > 0) {
                Surgery.sealTail(spoilt, bodyEnd);
              }
              return spoilt;
            },
            ParserFuzzTest::readEveryWay);
  }

  /**
   * Front to back, and mapped; both ways give the same, by an entry that agrees with the footer.
   */
  private static void readEveryWay(byte[] file) throws IOException {
    SimulatedFiles files = files(Map.of(FILE, file));
    int checksum;
    try (BlockFileReader reader = BlockFileReader.openUnlisted(files, FILE, FileKind.SLOTS)) {
      assertEquals(STORE, reader.storeId());
      checksum = reader.checksum();
    }
    var entry = new FileEntry("slots-1.tab", FileKind.SLOTS, file.length, checksum);
    try (BlockFileReader reader = BlockFileReader.open(files, ROOT, STORE, entry);
        Arena arena = Arena.ofShared()) {
      MappedBlockFile mapped = MappedBlockFile.open(files, ROOT, STORE, entry, arena);
      mapped.verifyAll();
      ByteBuffer body = reader.read((int) reader.bodyBytes());
      assertEquals(reader.bodyBytes(), mapped.bodyBytes());
      assertEquals(body, mapped.segment().asSlice(FileHeader.BYTES, body.limit()).asByteBuffer());
    }
  }

  @Test
  void manifest() throws Exception {
    SimulatedFiles files = new SimulatedFiles();
    try (BlockFileWriter writer =
        BlockFileWriter.create(files, ROOT, "slots-1.tab", FileKind.SLOTS, STORE)) {
      writer.write(ByteBuffer.allocate(8));
      FileEntry entry = writer.finish();
      new ManifestStore(files, ROOT)
          .write(
              new Manifest(
                  1,
                  STORE,
                  2,
                  ByteBuffer.allocate(32),
                  ByteBuffer.allocate(32),
                  List.of(entry),
                  3,
                  40,
                  4,
                  41));
    }
    Path path = ROOT.resolve("MANIFEST-1");
    byte[] valid = files.bytes(path);
    byte[] listed = files.bytes(FILE);
    byte[] body = Surgery.body(valid);
    new Fuzzing("manifest", ParserFuzzTest::typed)
        .run(
            Fuzzing.inputs(FEW),
            valid.length,
            seed -> {
              byte[] spoilt = mutator(seed).mutate(body, 4, 0, 64, 96, 128);
              return files(Map.of(path, Surgery.blockFile(valid, spoilt), FILE, listed));
            },
            ParserFuzzTest::loadManifest);
  }

  /** What is loaded is written again, and then the same. */
  private static void loadManifest(SimulatedFiles files) throws IOException {
    var store = new ManifestStore(files, ROOT);
    Manifest found = store.load().manifest();
    var next =
        new Manifest(
            store.nextGeneration(),
            found.storeId(),
            found.epoch(),
            found.configuration(),
            found.state(),
            found.files(),
            found.firstLog(),
            found.firstSequence(),
            found.requiredLog(),
            found.durableSequence());
    store.write(next);
    assertEquals(next, new ManifestStore(files, ROOT).load().manifest());
  }
}
