package dev.sagitta.benchmarks.data;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * The bytes of a file, at least one, and the errors about them. They are in an arena of their own,
 * which closing this closes. Thread-safe.
 */
final class FileBytes implements AutoCloseable {
  /** As many bytes as an array can have. */
  static final int UNZIPPED_MAX = Integer.MAX_VALUE - 8;

  private static final int BUFFER_BYTES = 1 << 16;

  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT_BIG_ENDIAN = INT.withOrder(ByteOrder.BIG_ENDIAN);

  private final Path file;
  private final Arena arena;
  private final MemorySegment segment;

  private FileBytes(Path file, Arena arena, MemorySegment segment) {
    this.file = file;
    this.arena = arena;
    this.segment = segment;
  }

  /** Maps a file, of any size. */
  static FileBytes map(Path file) throws IOException {
    checkRegular(file);
    Arena arena = Arena.ofShared();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long size = channel.size();
      checkNotEmpty(file, size);
      return new FileBytes(file, arena, channel.map(FileChannel.MapMode.READ_ONLY, 0, size, arena));
    } catch (IOException | RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  /**
   * Unpacks a gzipped file into memory.
   *
   * @param bytesMax how many bytes it may have when unpacked
   */
  static FileBytes unzip(Path file, int bytesMax) throws IOException {
    checkRegular(file);
    byte[] bytes;
    try (InputStream packed = Files.newInputStream(file);
        InputStream in = new GZIPInputStream(packed, BUFFER_BYTES)) {
      bytes = in.readNBytes(bytesMax);
      if (in.read() >= 0) {
        throw mismatch(file, "at most " + bytesMax + " bytes when unpacked", "more");
      }
    } catch (EOFException | ZipException e) {
      IOException error = mismatch(file, "a whole gzip file", e.toString());
      error.initCause(e);
      throw error;
    }
    checkNotEmpty(file, bytes.length);
    Arena arena = Arena.ofShared();
    MemorySegment segment = arena.allocate(bytes.length);
    MemorySegment.copy(bytes, 0, segment, ValueLayout.JAVA_BYTE, 0, bytes.length);
    return new FileBytes(file, arena, segment);
  }

  private static void checkRegular(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new NoSuchFileException(file.toString(), null, "there is no such file");
    }
  }

  private static void checkNotEmpty(Path file, long size) throws IOException {
    if (size == 0) {
      throw mismatch(file, "data", "an empty file");
    }
  }

  /** An error that a file is not as it should be. */
  static IOException mismatch(Path file, String expected, String found) {
    return new IOException("%s: expected %s, found %s".formatted(file, expected, found));
  }

  /** An error that these bytes are not as they should be. */
  IOException mismatch(String expected, String found) {
    return mismatch(file, expected, found);
  }

  /** Checks that something ends within the file. */
  void require(String what, long offset, long bytes) throws IOException {
    if (size() - offset < bytes) {
      throw mismatch(
          "%d bytes of %s at offset %d".formatted(bytes, what, offset), size() - offset + " bytes");
    }
  }

  /** Checks that a number is at least 1 and fits an int. */
  int checkedCount(long count, String what) throws IOException {
    if (count < 1 || count > Integer.MAX_VALUE) {
      throw mismatch("1 to %d %s".formatted(Integer.MAX_VALUE, what), Long.toString(count));
    }
    return (int) count;
  }

  /** How many bytes there are. */
  long size() {
    return segment.byteSize();
  }

  /** All bytes. */
  MemorySegment segment() {
    return segment;
  }

  /** An unsigned byte. */
  int uint8(long offset) {
    return Byte.toUnsignedInt(segment.get(ValueLayout.JAVA_BYTE, offset));
  }

  /** A uint16, little-endian. */
  int uint16(long offset) {
    return uint8(offset) | uint8(offset + 1) << Byte.SIZE;
  }

  /** An int32, little-endian. */
  int int32(long offset) {
    return segment.get(INT, offset);
  }

  /** An int32, big-endian. */
  int int32BigEndian(long offset) {
    return segment.get(INT_BIG_ENDIAN, offset);
  }

  /** Several int32, little-endian. */
  int[] int32s(long offset, int count) {
    int[] numbers = new int[count];
    MemorySegment.copy(segment, INT, offset, numbers, 0, count);
    return numbers;
  }

  /** Bytes as text. */
  String text(long offset, int bytes, Charset charset) {
    return new String(segment.asSlice(offset, bytes).toArray(ValueLayout.JAVA_BYTE), charset);
  }

  @Override
  public void close() {
    arena.close();
  }
}
