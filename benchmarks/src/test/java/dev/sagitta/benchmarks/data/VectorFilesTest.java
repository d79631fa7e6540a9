package dev.sagitta.benchmarks.data;

import static dev.sagitta.benchmarks.data.TestFiles.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class VectorFilesTest {
  /** Two vectors of a bvecs file. */
  private static final String BVECS = "02000000" + "0102" + "02000000" + "0304";

  private static final float[][] VECTORS = {{1, 2}, {3, 4}};

  @TempDir Path directory;

  @Test
  void givesEachCallerAnArrayOfItsOwn() throws IOException {
    try (VectorSource source = VectorFiles.open(bvecs())) {
      source.row(1)[0] = 99;
      assertArrayEquals(VECTORS[1], source.row(1));
    }
  }

  @Test
  void isReadByManyThreads() throws IOException {
    try (VectorSource source = VectorFiles.open(bvecs())) {
      long right =
          IntStream.range(0, 10_000)
              .parallel()
              .filter(i -> source.row(i % 2)[1] == VECTORS[i % 2][1])
              .count();
      assertEquals(10_000, right);
    }
  }

  /** Also not before the first, where the bytes of the header are. */
  @Test
  void hasNoRowOutsideItsCount() throws IOException {
    Path file =
        TestFiles.write(directory.resolve("a.idx"), "00000802", "00000002", "00000001", "05", "06");
    try (VectorSource source = VectorFiles.open(file)) {
      assertEquals(2, source.count());
      assertThrows(IndexOutOfBoundsException.class, () -> source.row(2));
      assertThrows(IndexOutOfBoundsException.class, () -> source.row(-1));
    }
  }

  @Test
  void givesNoRowOnceClosed() throws IOException {
    Path zipped = TestFiles.zip(directory.resolve("a.bvecs.gz"), BVECS);
    for (Path file : new Path[] {bvecs(), zipped}) {
      VectorSource source = VectorFiles.open(file);
      source.close();
      assertThrows(IllegalStateException.class, () -> source.row(0));
    }
  }

  @Test
  void unmapsWhatIsClosedOrRefused() throws IOException {
    long before = mappings();
    VectorSource source = VectorFiles.open(bvecs());
    assertEquals(before + 1, mappings());
    source.close();
    assertEquals(before, mappings());
    Path cut = TestFiles.write(directory.resolve("cut.bvecs"), BVECS, "01");
    assertThrows(IOException.class, () -> VectorFiles.open(cut).close());
    assertEquals(before, mappings());
  }

  private static long mappings() {
    return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .filter(pool -> pool.getName().equals("mapped"))
        .mapToLong(BufferPoolMXBean::getCount)
        .sum();
  }

  @Test
  void unpacksWhatIsZipped() throws IOException {
    assertArrayEquals(
        VECTORS, TestFiles.read(TestFiles.zip(directory.resolve("a.bvecs.gz"), BVECS)));
  }

  @Test
  void readsFilesOfMoreThanTwoGibibytes() throws IOException {
    int count = 300_000;
    int dimension = 10_000;
    String header = "{'descr': '|u1', 'fortran_order': False, 'shape': (300000, 10000), }\n";
    ByteBuffer start =
        ByteBuffer.wrap(
            ("\u0093NUMPY\1\0" + (char) header.length() + "\0" + header)
                .getBytes(StandardCharsets.ISO_8859_1));
    Path file = directory.resolve("large.npy");
    try (SeekableByteChannel channel =
        Files.newByteChannel(
            file,
            StandardOpenOption.WRITE,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.SPARSE)) {
      long end = (long) count * dimension + start.remaining();
      channel.write(start);
      channel.position(end - 1).write(ByteBuffer.wrap(new byte[] {7}));
    }
    try (VectorSource source = VectorFiles.open(file)) {
      assertEquals(count, source.count());
      assertEquals(7, source.row(count - 1)[dimension - 1]);
    }
  }

  @Test
  void refusesANameThatTellsNoFormat() throws IOException {
    String expected =
        "a name that ends in .fvecs, .bvecs, .npy, .idx or idx3-ubyte, or in one of them and .gz";
    for (String name : new String[] {"a.txt", "a.gz", "fvecs"}) {
      assertRefused(TestFiles.write(directory.resolve(name), BVECS), expected, "another");
    }
  }

  @Test
  void namesAFileThatIsNotThere() {
    for (String name : new String[] {"absent.fvecs", "absent.idx.gz"}) {
      Path file = directory.resolve(name);
      assertEquals(
          file + ": there is no such file",
          assertThrows(NoSuchFileException.class, () -> VectorFiles.open(file).close())
              .getMessage());
    }
  }

  @Test
  void refusesADirectory() throws IOException {
    Path file = Files.createDirectory(directory.resolve("a.npy"));
    assertThrows(NoSuchFileException.class, () -> VectorFiles.open(file).close());
  }

  @Test
  void refusesEmptyFiles() throws IOException {
    for (String name : new String[] {"a.fvecs", "a.bvecs", "a.npy", "a.idx"}) {
      assertRefused(TestFiles.write(directory.resolve(name)), "data", "an empty file");
      assertRefused(TestFiles.zip(directory.resolve(name + ".gz")), "data", "an empty file");
    }
  }

  private Path bvecs() throws IOException {
    return TestFiles.write(directory.resolve("a.bvecs"), BVECS);
  }
}
