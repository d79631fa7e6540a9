package dev.sagitta.persistence;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Bytes of a file are not what was written there. Names the file, the place, what was expected and
 * what was found; nothing that was read from the file may be used. Immutable.
 */
public final class CorruptFileException extends IOException {

  private static final long serialVersionUID = 1L;

  // Transient because a Path need not be serializable; the message keeps its name.
  private final transient Path file;
  private final long offset;
  private final String expected;
  private final String actual;

  /**
   * @param file the damaged file
   * @param offset where in the file the damage was found, in bytes from its start
   * @param expected what should be there, in words or figures
   * @param actual what is there instead
   */
  public CorruptFileException(Path file, long offset, String expected, String actual) {
    super(
        "Corrupt file "
            + file
            + " at offset "
            + offset
            + ": expected "
            + expected
            + ", found "
            + actual);
    this.file = file;
    this.offset = offset;
    this.expected = expected;
    this.actual = actual;
  }

  /** The damaged file. */
  public Path file() {
    return file;
  }

  /** Where the damage was found, in bytes from the start of the file. */
  public long offset() {
    return offset;
  }

  /** What should have been there. */
  public String expected() {
    return expected;
  }

  /** What was there instead. */
  public String actual() {
    return actual;
  }
}
