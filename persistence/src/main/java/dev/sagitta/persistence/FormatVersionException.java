package dev.sagitta.persistence;

import java.io.IOException;
import java.nio.file.Path;
import java.util.BitSet;

/**
 * A file is intact but of a format that this library does not read, most likely because a newer
 * library wrote it: of another version, or with features that are not known here and that nobody
 * may read past. Immutable.
 */
public final class FormatVersionException extends IOException {

  private static final long serialVersionUID = 1L;

  // Transient because a Path need not be serializable; the message keeps its name.
  private final transient Path file;
  private final int major;
  private final int minor;
  private final long unknownFeatures;

  FormatVersionException(Path file, int major, int minor, long unknownFeatures) {
    super(message(file, major, minor, unknownFeatures));
    this.file = file;
    this.major = major;
    this.minor = minor;
    this.unknownFeatures = unknownFeatures;
  }

  private static String message(Path file, int major, int minor, long unknownFeatures) {
    var text = new StringBuilder();
    text.append(major < FileHeader.MAJOR_MIN ? "Format too old: " : "Format too new: ");
    text.append(file).append(" has version ").append(major).append('.').append(minor);
    if (unknownFeatures != 0) {
      text.append(" and incompatible features of bits ").append(bits(unknownFeatures));
    }
    text.append(", this library reads ").append(FileHeader.MAJOR_MIN).append(".0 up to ");
    text.append(FileHeader.MAJOR).append('.').append(FileHeader.MINOR);
    if (unknownFeatures != 0) {
      text.append(" and incompatible features of bits ");
      text.append(bits(FormatFeatures.INCOMPATIBLE_KNOWN));
    }
    return text.toString();
  }

  /** The numbers of the bits, such as {0, 17}; {} for none. */
  private static BitSet bits(long features) {
    return BitSet.valueOf(new long[] {features});
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

  /** The incompatible features of the file that are not known here, one bit each. */
  public long unknownFeatures() {
    return unknownFeatures;
  }
}
