package dev.sagitta.persistence;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.NonWritableChannelException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

final class NioFilesTest {

  @TempDir Path directory;

  private final NioFiles files = new NioFiles();

  @Test
  void mapsIntoTheClassOfArenaMemory() throws IOException {
    Path file = written("extent", random(4096 + 12));
    try (Arena arena = Arena.ofShared()) {
      MemorySegment mapped = map(file, 4096 + 12, arena);
      MemorySegment allocated = arena.allocate(64);
      assertSame(allocated.getClass(), mapped.getClass());
      assertSame(allocated.asReadOnly().getClass(), mapped.getClass());
      assertTrue(mapped.isReadOnly());
      assertTrue(mapped.isNative());
      assertEquals(4096 + 12, mapped.byteSize());
      assertEquals(arena.scope(), mapped.scope());
    }
  }

  @Test
  void mapsTheBytesOfTheFileAndOutlivesTheHandle() throws IOException {
    byte[] content = random(64 * 1024);
    Path file = written("extent", content);
    try (Arena arena = Arena.ofShared()) {
      MemorySegment mapped = map(file, content.length, arena);
      assertArrayEquals(content, mapped.toArray(ValueLayout.JAVA_BYTE));
      assertEquals(0, mapped.address() % 4096);
    }
  }

  @Test
  void mappedMemoryThrowsAfterItsArenaIsClosed() throws IOException {
    Path file = written("extent", random(512));
    MemorySegment mapped;
    try (Arena arena = Arena.ofShared()) {
      mapped = map(file, 512, arena);
      mapped.get(ValueLayout.JAVA_BYTE, 511);
    }
    assertFalse(mapped.scope().isAlive());
    assertThrows(IllegalStateException.class, () -> mapped.get(ValueLayout.JAVA_BYTE, 0));
  }

  @Test
  void mappedMemoryCannotBeWritten() throws IOException {
    Path file = written("extent", random(512));
    try (Arena arena = Arena.ofShared()) {
      MemorySegment mapped = map(file, 512, arena);
      assertThrows(
          IllegalArgumentException.class, () -> mapped.set(ValueLayout.JAVA_BYTE, 0, (byte) 1));
      assertThrows(IndexOutOfBoundsException.class, () -> mapped.get(ValueLayout.JAVA_BYTE, 512));
    }
  }

  @Test
  void mapsAnEmptyFile() throws IOException {
    Path file = written("extent", new byte[0]);
    try (Arena arena = Arena.ofConfined()) {
      assertEquals(0, map(file, 0, arena).byteSize());
    }
  }

  @Test
  void refusesToMapAFileOfAnotherLength() throws IOException {
    Path file = written("extent", random(508));
    try (Arena arena = Arena.ofConfined()) {
      var longer = assertThrows(CorruptFileException.class, () -> map(file, 512, arena));
      assertEquals(file, longer.file());
      assertEquals(508, longer.offset());
      assertEquals("a file of 512 bytes", longer.expected());
      assertEquals("508 bytes", longer.actual());
      assertEquals(
          "Corrupt file " + file + " at offset 508: expected a file of 512 bytes, found 508 bytes",
          longer.getMessage());
      var shorter = assertThrows(CorruptFileException.class, () -> map(file, 500, arena));
      assertEquals(500, shorter.offset());
    }
  }

  @Test
  void refusesLengthsThatCannotBeMapped() throws IOException {
    Path file = written("extent", random(510));
    try (Arena arena = Arena.ofConfined()) {
      assertThrows(IllegalArgumentException.class, () -> map(file, 510, arena));
      assertThrows(IllegalArgumentException.class, () -> map(file, -4, arena));
      assertThrows(IllegalArgumentException.class, () -> map(file, 1L << 31, arena));
    }
  }

  @Test
  void readsLessThanAskedOnlyAtTheEnd() throws IOException {
    byte[] content = random(1000);
    try (FileHandle handle = files.openForReading(written("log", content))) {
      ByteBuffer target = ByteBuffer.allocate(600);
      target.position(100);
      assertEquals(500, handle.read(target, 100));
      assertFalse(target.hasRemaining());
      target.clear();
      assertEquals(400, handle.read(target, 600));
      assertEquals(400, target.position());
      assertEquals(0, handle.read(target, 1000));
      assertEquals(0, handle.read(target, 5000));
    }
  }

  @Test
  void writesFromThePositionOfTheBuffer() throws IOException {
    Path file = directory.resolve("log");
    try (FileHandle handle = files.create(file)) {
      ByteBuffer source = ByteBuffer.wrap(new byte[] {1, 2, 3, 4});
      source.position(1).limit(3);
      handle.write(source, 2);
      assertFalse(source.hasRemaining());
      assertEquals(4, handle.size());
      handle.force();
    }
    assertArrayEquals(new byte[] {0, 0, 2, 3}, Files.readAllBytes(file));
  }

  @Test
  void handlesForReadingRefuseChanges() throws IOException {
    try (FileHandle handle = files.openForReading(written("log", random(8)))) {
      assertThrows(
          NonWritableChannelException.class, () -> handle.write(ByteBuffer.allocate(1), 0));
      assertThrows(NonWritableChannelException.class, () -> handle.truncate(0));
    }
  }

  @Test
  void handlesOfNewFilesReadForceAndTruncate() throws IOException {
    Path file = directory.resolve("log");
    try (FileHandle handle = files.create(file)) {
      handle.write(ByteBuffer.wrap(random(8)), 0);
      handle.force();
      handle.truncate(4);
      ByteBuffer target = ByteBuffer.allocate(8);
      assertEquals(4, handle.read(target, 0));
      assertEquals(4, Files.size(file));
      assertThrows(IllegalArgumentException.class, () -> handle.truncate(5));
      assertThrows(IllegalArgumentException.class, () -> handle.truncate(-1));
    }
  }

  @Test
  void closedHandlesThrow() throws IOException {
    FileHandle handle = files.create(directory.resolve("log"));
    handle.close();
    handle.close();
    assertThrows(ClosedChannelException.class, () -> handle.read(ByteBuffer.allocate(1), 0));
    assertThrows(ClosedChannelException.class, () -> handle.write(ByteBuffer.allocate(1), 0));
    assertThrows(ClosedChannelException.class, handle::force);
    assertThrows(ClosedChannelException.class, handle::size);
    assertThrows(ClosedChannelException.class, () -> handle.truncate(0));
  }

  @Test
  void missingIsToldApartFromUnreachable() throws IOException {
    Path file = written("file", random(1));
    Path loop = directory.resolve("loop");
    Files.createSymbolicLink(loop, loop);
    assertFalse(files.exists(directory.resolve("missing").resolve("below")));
    assertFalse(files.exists(file.resolve("below")));
    assertFalse(files.isDirectory(directory.resolve("missing")));
    assertTrue(files.exists(file));
    assertThrows(FileSystemException.class, () -> files.exists(loop));
    assertThrows(FileSystemException.class, () -> files.isDirectory(loop));
  }

  @Test
  void listsNamesSorted() throws IOException {
    for (String name : List.of("log-2", "MANIFEST-1", "log-10")) {
      written(name, new byte[0]);
    }
    files.createDirectory(directory.resolve("docs"));
    assertEquals(List.of("MANIFEST-1", "docs", "log-10", "log-2"), files.list(directory));
    assertThrows(NotDirectoryException.class, () -> files.list(directory.resolve("log-2")));
    assertThrows(NoSuchFileException.class, () -> files.list(directory.resolve("none")));
  }

  @Test
  void forcesDirectoriesOnly() throws IOException {
    Path file = written("file", random(1));
    files.forceDirectory(directory);
    assertThrows(NotDirectoryException.class, () -> files.forceDirectory(file));
    assertThrows(NoSuchFileException.class, () -> files.forceDirectory(directory.resolve("none")));
  }

  @Test
  void renamingReplacesAFileButNoDirectory() throws IOException {
    byte[] content = random(10);
    Path from = written("from", content);
    Path to = written("to", random(20));
    Path empty = directory.resolve("empty");
    files.createDirectory(empty);
    files.rename(from, to);
    assertFalse(files.exists(from));
    assertArrayEquals(content, Files.readAllBytes(to));
    assertThrows(FileAlreadyExistsException.class, () -> files.rename(to, empty));
    Path other = directory.resolve("other");
    files.createDirectory(other);
    assertThrows(FileAlreadyExistsException.class, () -> files.rename(other, empty));
    assertThrows(FileSystemException.class, () -> files.rename(other, to));
  }

  @Test
  void renamingOutOfTheDirectoryIsRefused() throws IOException {
    Path file = written("file", random(1));
    Path below = directory.resolve("below");
    files.createDirectory(below);
    var refused =
        assertThrows(
            IllegalArgumentException.class, () -> files.rename(file, below.resolve("file")));
    assertTrue(String.valueOf(refused.getMessage()).contains(below.toString()));
    files.rename(below.resolve("..").resolve("file"), directory.resolve("file-2"));
    assertTrue(files.exists(directory.resolve("file-2")));
  }

  @Test
  void openingADirectoryFails() {
    assertThrows(FileSystemException.class, () -> files.openForReading(directory));
  }

  /** Nothing was forced, so it may be tried again, which a failed force must not be. */
  @Test
  void aDirectoryThatCannotBeOpenedIsToldFromOneThatCannotBeForced() throws IOException {
    try (FileSystem zip =
        FileSystems.newFileSystem(directory.resolve("a.zip"), Map.of("create", "true"))) {
      Path unopened = Files.createDirectory(zip.getPath("/directory"));
      var e = assertThrows(DirectoryNotOpenedException.class, () -> files.forceDirectory(unopened));
      assertEquals(String.valueOf(e.getCause()), e.getMessage());
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void failuresNameTheFile() throws IOException {
    Path full = Path.of("/dev/full");
    try (FileHandle handle =
        new NioFileHandle(full, FileChannel.open(full, StandardOpenOption.WRITE))) {
      var write = assertThrows(IOException.class, () -> handle.write(ByteBuffer.allocate(8), 0));
      assertTrue(String.valueOf(write.getMessage()).startsWith("Cannot write /dev/full: "));
    }
    Path unmapped = Path.of("/proc/self/mem");
    try (FileHandle handle = files.openForReading(unmapped)) {
      var read = assertThrows(IOException.class, () -> handle.read(ByteBuffer.allocate(8), 0));
      assertTrue(String.valueOf(read.getMessage()).startsWith("Cannot read /proc/self/mem: "));
    }
  }

  private Path written(String name, byte[] content) throws IOException {
    return Files.write(directory.resolve(name), content);
  }

  private MemorySegment map(Path file, long bytes, Arena arena) throws IOException {
    try (FileHandle handle = files.openForReading(file)) {
      return handle.map(bytes, arena);
    }
  }

  private static byte[] random(int bytes) {
    byte[] content = new byte[bytes];
    new Random(bytes).nextBytes(content);
    return content;
  }
}
