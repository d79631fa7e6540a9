package dev.sagitta.persistence;

import java.io.IOException;
import java.nio.file.Path;
import java.util.UUID;

/** A file is intact but belongs to another store: it was copied or moved here. Immutable. */
public final class WrongStoreException extends IOException {

  private static final long serialVersionUID = 1L;

  // Transient because a Path need not be serializable; the message keeps its name.
  private final transient Path file;
  private final UUID expected;
  private final UUID actual;

  WrongStoreException(Path file, UUID expected, UUID actual) {
    super("Wrong store: " + file + " belongs to store " + actual + ", expected " + expected);
    this.file = file;
    this.expected = expected;
    this.actual = actual;
  }

  /** The foreign file. */
  public Path file() {
    return file;
  }

  /** The store that was being read. */
  public UUID expected() {
    return expected;
  }

  /** The store that the file says it belongs to. */
  public UUID actual() {
    return actual;
  }
}
