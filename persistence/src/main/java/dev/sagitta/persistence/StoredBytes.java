package dev.sagitta.persistence;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** Reads the bytes of files, and names file and place where the file system refuses. Stateless. */
final class StoredBytes {

  private StoredBytes() {}

  /**
   * As {@link FileHandle#read}.
   *
   * @throws UnreadableFileException if the file system cannot read them
   */
  static int read(FileHandle handle, Path file, ByteBuffer target, long offset) throws IOException {
    try {
      return handle.read(target, offset);
    } catch (IOException e) {
      throw UnreadableFileException.at(file, offset, e);
    }
  }
}
