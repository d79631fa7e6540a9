package dev.sagitta.persistence;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A file is intact but of a format version that this library does not read, most likely because a
 * newer library wrote it. Immutable.
 */
public final class FormatVersionException extends IOException {

  private static final long serialVersionUID = 1L;

  // Transient because a Path need not be serializable; the message keeps its name.
  private final transient Path file;
  private final int major;
  private final int minor;

  FormatVersionException(Path file, int major, int minor) {
    super(
        (FileHeader.newerThanRead(major, minor) ? "Format too new: " : "Format too old: ")
            + file
            + " has version "
            + major
            + "."
            + minor
            + ", this library reads "
            + FileHeader.MAJOR_MIN
            + ".0 up to "
            + FileHeader.MAJOR
            + "."
            + FileHeader.MINOR);
    this.file = file;
    this.major = major;
    this.minor = minor;
  }

  /** The file that cannot be read. */
  public Path file() {
    return file;
  }

  /** Major version found in the file. */
  public int major() {
    return major;
  }

  /** Minor version found in the file. */
  public int minor() {
    return minor;
  }
}
