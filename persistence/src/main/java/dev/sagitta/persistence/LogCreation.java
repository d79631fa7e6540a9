package dev.sagitta.persistence;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Makes a log: complete and forced under a temporary name, renamed, its directory forced. A log
 * that has its name therefore has a whole header, and an invalid one is damage. Stateless.
 */
final class LogCreation {

  /** Appends the frames that the log has from its birth. */
  @FunctionalInterface
  interface FirstFrames {
    void appendTo(LogWriter writer) throws IOException;
  }

  private LogCreation() {}

  /**
   * Makes a log; one of its number is replaced.
   *
   * @throws LogNotBegunException if it failed before the log got its name
   */
  static LogWriter create(
      FileOperations files, Path directory, LogHeader header, FirstFrames firstFrames)
      throws IOException {
    String name = FileKind.LOG.fileName(header.number());
    Path target = directory.resolve(name);
    Path temporary = FileKind.temporary(directory, name);
    return Opened.open(
        begin(files, temporary),
        handle -> {
          LogWriter writer = LogWriter.overHeader(files, directory, header, handle);
          write(handle, header, writer, firstFrames);
          files.rename(temporary, target);
          files.forceDirectory(directory);
          return writer;
        });
  }

  private static FileHandle begin(FileOperations files, Path temporary)
      throws LogNotBegunException {
    try {
      if (files.exists(temporary)) {
        files.delete(temporary);
      }
      return files.create(temporary);
    } catch (IOException e) {
      throw new LogNotBegunException(e);
    }
  }

  private static void write(
      FileHandle handle, LogHeader header, LogWriter writer, FirstFrames firstFrames)
      throws IOException {
    try {
      handle.write(LogHeaderCodec.encode(header), 0);
      firstFrames.appendTo(writer);
      writer.force();
    } catch (CorruptFileException e) {
      throw e;
    } catch (IOException e) {
      throw new LogNotBegunException(e);
    }
  }
}
