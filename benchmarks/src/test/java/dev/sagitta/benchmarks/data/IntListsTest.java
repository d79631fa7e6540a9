package dev.sagitta.benchmarks.data;

import static dev.sagitta.benchmarks.data.TestFiles.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HexFormat;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class IntListsTest {
  @TempDir Path directory;

  private Path ivecs(String... hex) throws IOException {
    return TestFiles.write(directory.resolve("a.ivecs"), hex);
  }

  @Property(tries = 200)
  void readsBackWhatItWrote(@ForAll @Size(min = 1, max = 8) int @Size(max = 8) [][] lists)
      throws IOException {
    Path file = Files.createTempFile("lists", ".ivecs");
    try {
      IntLists.write(file, lists);
      assertArrayEquals(lists, IntLists.read(file));
    } finally {
      Files.delete(file);
    }
  }

  /** Other programs read the bytes. */
  @Test
  void writesTheBytesOfTheFormat() throws IOException {
    Path file = directory.resolve("a.ivecs");
    Files.writeString(file, "something longer than what replaces it");
    IntLists.write(file, new int[][] {{1, -2}, {}, {0x01020304}});
    assertEquals(
        "02000000" + "01000000" + "feffffff" + "00000000" + "01000000" + "04030201",
        HexFormat.of().formatHex(Files.readAllBytes(file)));
  }

  @Test
  void refusesToWriteNoLists() {
    Path file = directory.resolve("a.ivecs");
    assertEquals(
        "lists has length 0; allowed is at least 1",
        assertThrows(IllegalArgumentException.class, () -> IntLists.write(file, new int[0][]))
            .getMessage());
  }

  @Test
  void readsListsOfOneLength() throws IOException {
    Path file = ivecs("01000000", "07000000", "01000000", "08000000");
    assertArrayEquals(new int[][] {{7}, {8}}, IntLists.readOfOneLength(file));
  }

  @Test
  void refusesListsOfDifferentLengthsWhereOneIsAskedFor() throws IOException {
    Path file = ivecs("01000000", "07000000", "00000000");
    assertRefused(
        file, "1 numbers in list 1, as in list 0", "0", () -> IntLists.readOfOneLength(file));
    assertArrayEquals(new int[][] {{7}, {}}, IntLists.read(file));
  }

  @Test
  void refusesAFileThatEndsTooEarly() throws IOException {
    Path length = ivecs("00000000", "0100");
    assertRefused(
        length, "4 bytes of a row's length at offset 4", "2 bytes", () -> IntLists.read(length));
    Path row = ivecs("00000000", "01000000", "070000");
    assertRefused(row, "8 bytes of a row at offset 4", "7 bytes", () -> IntLists.read(row));
  }

  @Test
  void refusesLengthsThatCannotBe() throws IOException {
    Path negative = ivecs("00000000", "ffffffff");
    assertRefused(
        negative, "a row's length, at least 0, at offset 4", "-1", () -> IntLists.read(negative));
    Path huge = ivecs("ffffff7f");
    assertRefused(
        huge, "8589934592 bytes of a row at offset 0", "4 bytes", () -> IntLists.read(huge));
  }

  @Test
  void refusesAFileThatIsEmptyOrAbsent() throws IOException {
    Path empty = ivecs();
    assertRefused(empty, "data", "an empty file", () -> IntLists.read(empty));
    Path absent = directory.resolve("absent.ivecs");
    assertThrows(NoSuchFileException.class, () -> IntLists.read(absent));
  }
}
