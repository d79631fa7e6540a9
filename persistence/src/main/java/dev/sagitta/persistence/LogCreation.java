package dev.sagitta.persistence;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
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

  static LogWriter create(
      FileOperations files, Path directory, LogHeader header, FirstFrames firstFrames)
      throws IOException {
    String name = FileKind.LOG.fileName(header.number());
    Path target = directory.resolve(name);
    Path temporary = FileKind.temporary(directory, name);
    if (files.exists(target)) {
      throw new FileAlreadyExistsException(target.toString());
    }
    if (files.exists(temporary)) {
      files.delete(temporary);
    }
    return Opened.open(
        files.create(temporary),
        handle -> {
          handle.write(LogHeaderCodec.encode(header), 0);
          LogWriter writer = LogWriter.overHeader(files, directory, header, handle);
          firstFrames.appendTo(writer);
          writer.force();
          files.rename(temporary, target);
          files.forceDirectory(directory);
          return writer;
        });
  }
}
