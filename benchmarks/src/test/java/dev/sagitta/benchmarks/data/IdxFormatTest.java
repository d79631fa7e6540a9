package dev.sagitta.benchmarks.data;

import static dev.sagitta.benchmarks.data.TestFiles.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class IdxFormatTest {
  private static final String MAGIC_2 = "00000802";
  private static final String MAGIC_3 = "00000803";

  @TempDir Path directory;

  private Path idx(String... hex) throws IOException {
    return TestFiles.write(directory.resolve("a.idx"), hex);
  }

  @Test
  void readsPicturesFlattened() throws IOException {
    String[] hex = {MAGIC_3, "00000002", "00000002", "00000003", "000102030405", "fafbfcfdfeff"};
    float[][] pictures = {{0, 1, 2, 3, 4, 5}, {250, 251, 252, 253, 254, 255}};
    for (String name : new String[] {"a.idx", "train-images-idx3-ubyte"}) {
      Path file = directory.resolve(name);
      assertArrayEquals(pictures, TestFiles.read(TestFiles.write(file, hex)), name);
      Path zipped = directory.resolve(name + ".gz");
      assertArrayEquals(pictures, TestFiles.read(TestFiles.zip(zipped, hex)), name + ".gz");
    }
  }

  @Test
  void readsAnyNumberOfDimensionsButOne() throws IOException {
    assertArrayEquals(
        new float[][] {{1, 2, 3}}, TestFiles.read(idx(MAGIC_2, "00000001", "00000003", "010203")));
    assertArrayEquals(
        new float[][] {{9}, {8}},
        TestFiles.read(idx("00000804", "00000002", "00000001".repeat(3), "0908")));
    assertArrayEquals(
        new float[][] {{9}}, TestFiles.read(idx("000008ff", "00000001".repeat(255), "09")));
  }

  @Test
  void refusesAnotherMagic() throws IOException {
    for (String magic : new String[] {"00000801", "00000900", "00000d03", "80000803", "03080000"}) {
      assertRefused(
          idx(magic, "00000001", "00000001", "01"), "magic 0x00000802 to 0x000008ff", "0x" + magic);
    }
  }

  @Test
  void refusesAFileThatEndsWithinItsHeader() throws IOException {
    assertRefused(idx("000008"), "4 bytes of the magic at offset 0", "3 bytes");
    assertRefused(idx(MAGIC_3, "00000001"), "12 bytes of the sizes at offset 4", "4 bytes");
  }

  @Test
  void refusesSizesThatCannotBe() throws IOException {
    assertRefused(
        idx(MAGIC_2, "00000000", "00000001"), "1 to 2147483647 as the size of dimension 0", "0");
    assertRefused(
        idx(MAGIC_2, "00000001", "ffffffff", "01"),
        "1 to 2147483647 as the size of dimension 1",
        "-1");
    assertRefused(
        idx(MAGIC_3, "00000001", "00010000", "00010000", "01"),
        "1 to 2147483647 elements of a vector",
        "4294967296");
  }

  @Test
  void refusesSizesThatDoNotFitTheFile() throws IOException {
    String expected = "2 vectors of 2 bytes from offset 12 on";
    String[] header = {MAGIC_2, "00000002", "00000002"};
    String start = String.join("", header);
    assertRefused(idx(start, "010203"), expected, "3 bytes");
    assertRefused(idx(start, "0102030405"), expected, "5 bytes");
    assertRefused(idx(start, "010203040506"), expected, "6 bytes");
    assertRefused(idx(start), expected, "0 bytes");
  }
}
