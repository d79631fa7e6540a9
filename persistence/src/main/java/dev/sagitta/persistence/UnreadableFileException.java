package dev.sagitta.persistence;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;

/**
 * A file is there and could be opened, but some of its bytes cannot be read: most likely the medium
 * has lost them. Immutable.
 */
public final class UnreadableFileException extends IOException {

  private static final long serialVersionUID = 1L;

  // Transient because a Path need not be serializable; the message keeps its name.
  private final transient Path file;
  private final long offset;

  private UnreadableFileException(Path file, long offset, IOException cause) {
    super(file + " cannot be read at offset " + offset + ": " + cause, cause);
    this.file = file;
    this.offset = offset;
  }

  /**
   * An error met while reading at a place: itself if it is of the bytes, or says that the file was
   * closed, which tells nothing of the medium; else one of this kind.
   */
  static IOException at(Path file, long offset, IOException met) {
    return met instanceof CorruptFileException || met instanceof ClosedChannelException
        ? met
        : new UnreadableFileException(file, offset, met);
  }

  /** The file that cannot be read. */
  public Path file() {
    return file;
  }

  /** Where in the file that was asked for which could not be read. */
  public long offset() {
    return offset;
  }
}
