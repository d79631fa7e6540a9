package dev.sagitta.persistence;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * Files of format version 1.0, byte for byte, as an independent program read them. If one of these
 * tests fails, files that are out there can no longer be read, or new ones not by libraries that
 * are out there: that needs a new version, not new bytes here.
 */
final class GoldenFilesTest {

  private static final Path ROOT = Path.of("/");
  private static final UUID STORE = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
  private static final byte[] BODY = "Sagitta is Latin for arrow".getBytes(StandardCharsets.UTF_8);
  private static final LogHeader LOG_HEADER =
      new LogHeader(STORE, 5, 2, 0x0123_4567_89AB_CDEFL, 40, 1000, 0x1234_ABCD);

  private static final Map<FileKind, String> BLOCK_FILES =
      Map.of(
          FileKind.VECTORS,
          """
          534147495454410a01000000030000007766554433221100ffeeddccbbaa9988
          00000000000000000000000000000000000000000000000000000000aaa84152
          53616769747461206973204c6174696e20666f72206172726f77000000000000
          3a8678f41a00000000000000010000000000000000000000a9593b130a415454
          49474153
          """,
          FileKind.PAYLOADS,
          """
          534147495454410a01000000040000007766554433221100ffeeddccbbaa9988
          0000000000000000000000000000000000000000000000000000000044ff08ac
          53616769747461206973204c6174696e20666f72206172726f77000000000000
          04756bb51a00000000000000010000000000000000000000f63fb4d70a415454
          49474153
          """,
          FileKind.SLOTS,
          """
          534147495454410a01000000050000007766554433221100ffeeddccbbaa9988
          00000000000000000000000000000000000000000000000000000000161711d6
          53616769747461206973204c6174696e20666f72206172726f77000000000000
          d1b3e8891a0000000000000001000000000000000000000052fb12650a415454
          49474153
          """,
          FileKind.LINKS,
          """
          534147495454410a01000000060000007766554433221100ffeeddccbbaa9988
          00000000000000000000000000000000000000000000000000000000a04f1920
          53616769747461206973204c6174696e20666f72206172726f77000000000000
          4e4d2b611a000000000000000100000000000000000000002cddbe650a415454
          49474153
          """);

  private static final String LOG =
      """
      534147495454410a01000000020000007766554433221100ffeeddccbbaa9988
      0000000000000000000000000000000000000000000000000000000058703938
      05000000000000000200000000000000efcdab89674523012800000000000000
      e803000000000000cdab3412000000000000000000000000000000005be21333
      0300000001000000280000000000000027000000000000005be2133322e95889
      000000002e8cfdc96f6e65000000000008000000010000002900000000000000
      28000000000000002e8cfdc9f29c3d5900000000bd613593666f7572666f7572
      080000000200000029000000000000002900000000000000bd6135938ab2288c
      000000005b499a970000000000000000
      """;

  private static final String MANIFEST =
      """
      534147495454410a01000000010000007766554433221100ffeeddccbbaa9988
      000000000000000000000000000000000000000000000000000000004eb8317e
      0100000000000000020000000000000005000000000000002800000000000000
      0600000000000000290000000000000004000000050000000200000000000000
      636f6e66737461746503000000efbeadde030000000000000084000000000000
      0006000000040302010300000000000000840000000000000000000000000000
      dd84511779000000000000000100000000000000000000000118663c0a415454
      49474153
      """;

  private final SimulatedFiles files = new SimulatedFiles();

  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex.replace("\n", ""));
  }

  private void assertBytes(String expected, String name) throws IOException {
    assertEquals(
        HexFormat.of().formatHex(bytes(expected)),
        HexFormat.of().formatHex(files.bytes(ROOT.resolve(name))));
  }

  private void put(String name, String hex) throws IOException {
    files.create(ROOT.resolve(name)).write(ByteBuffer.wrap(bytes(hex)), 0);
  }

  /** A manifest over files that have the golden lengths, if not the checksums it lists. */
  private static Manifest manifest() {
    return new Manifest(
        1,
        STORE,
        2,
        ByteBuffer.wrap("conf".getBytes(StandardCharsets.UTF_8)),
        ByteBuffer.wrap("state".getBytes(StandardCharsets.UTF_8)),
        List.of(
            new FileEntry("vectors-3.ext", FileKind.VECTORS, 132, 0xDEAD_BEEF),
            new FileEntry("links-3.graph", FileKind.LINKS, 132, 0x0102_0304)),
        5,
        40,
        6,
        41);
  }

  @Test
  void blockFilesAreWrittenLikeThis() throws IOException {
    for (Map.Entry<FileKind, String> golden : BLOCK_FILES.entrySet()) {
      FileKind kind = golden.getKey();
      try (BlockFileWriter writer =
          BlockFileWriter.create(files, ROOT, kind.fileName(3), kind, STORE)) {
        writer.write(ByteBuffer.wrap(BODY));
        writer.finish();
      }
      assertBytes(golden.getValue(), kind.fileName(3));
    }
  }

  @Test
  void blockFilesLikeThisAreRead() throws IOException {
    put("vectors-3.ext", BLOCK_FILES.getOrDefault(FileKind.VECTORS, ""));
    var entry = new FileEntry("vectors-3.ext", FileKind.VECTORS, 132, 0x133B_59A9);
    try (BlockFileReader reader = BlockFileReader.open(files, ROOT, STORE, entry)) {
      assertArrayEquals(BODY, Payloads.copy(reader.read(BODY.length)));
      assertEquals(0, reader.remaining());
    }
  }

  @Test
  void logsAreWrittenLikeThis() throws IOException {
    try (LogWriter log = LogWriter.create(files, ROOT, LOG_HEADER)) {
      log.append(40, ByteBuffer.wrap("one".getBytes(StandardCharsets.UTF_8)));
      log.force();
      log.append(41, ByteBuffer.wrap("fourfour".getBytes(StandardCharsets.UTF_8)));
    }
    assertBytes(LOG, "log-5.wal");
  }

  @Test
  void logsLikeThisAreRead() throws IOException {
    put("log-5.wal", LOG);
    var frames = new ArrayList<String>();
    LogEnd end =
        LogChain.replay(
            files,
            ROOT,
            STORE,
            new LogStart(5, 40, 5, 2, 41),
            (sequence, payload) ->
                frames.add(sequence + " " + StandardCharsets.UTF_8.decode(payload)));
    assertEquals(List.of("40 one", "41 fourfour"), frames);
    assertEquals(end.end(), end.durable());
  }

  @Test
  void manifestsAreWrittenLikeThis() throws IOException {
    put("vectors-3.ext", BLOCK_FILES.getOrDefault(FileKind.VECTORS, ""));
    put("links-3.graph", BLOCK_FILES.getOrDefault(FileKind.LINKS, ""));
    new ManifestStore(files, ROOT).write(manifest());
    assertBytes(MANIFEST, "MANIFEST-1");
  }

  @Test
  void manifestsLikeThisAreRead() throws IOException {
    put("vectors-3.ext", BLOCK_FILES.getOrDefault(FileKind.VECTORS, ""));
    put("links-3.graph", BLOCK_FILES.getOrDefault(FileKind.LINKS, ""));
    put("MANIFEST-1", MANIFEST);
    assertEquals(manifest(), new ManifestStore(files, ROOT).load().manifest());
  }
}
