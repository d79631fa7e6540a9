package dev.sagitta.persistence;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a durable file holds. The kind stands in the file's header and decides its name: a prefix, a
 * number without leading zeros, a suffix. Immutable.
 */
public enum FileKind {
  /** The list of all files of a collection; the only commit point. */
  MANIFEST(1, "MANIFEST-", ""),
  /** Frames of the write-ahead log. The only kind that is not a block file. */
  LOG(2, "log-", ".wal"),
  /** A sealed extent of vectors. */
  VECTORS(3, "vectors-", ".ext"),
  /** A sealed extent of payload bytes. */
  PAYLOADS(4, "payload-", ".ext"),
  /** Slot table and id index as of a checkpoint. */
  SLOTS(5, "slots-", ".tab"),
  /** Links as of a checkpoint. */
  LINKS(6, "links-", ".graph");

  /**
   * The highest number that counts in a directory. One beyond is none that this library gave, and
   * none could follow on it.
   */
  public static final long NUMBER_MAX = LogFormat.COUNTER_MAX - 1;

  /** Suffix of the name that a file has until it is complete. */
  static final String TEMPORARY_SUFFIX = ".tmp";

  private static final FileKind[] VALUES = values();
  private static final int DIGITS_MAX = 18;

  private final int code;
  private final String prefix;
  private final String suffix;

  FileKind(int code, String prefix, String suffix) {
    this.code = code;
    this.prefix = prefix;
    this.suffix = suffix;
  }

  /**
   * The plain file name of the number-th file of this kind.
   *
   * @param number 0 to 10^18 - 1
   */
  public String fileName(long number) {
    String digits = Long.toString(number);
    if (number < 0 || digits.length() > DIGITS_MAX) {
      throw new IllegalArgumentException(
          "number of a file is " + number + ", allowed 0 to 10^18-1");
    }
    return prefix + digits + suffix;
  }

  /** The number in a plain file name, or empty if it is not a name that {@link #fileName} gives. */
  public OptionalLong number(String name) {
    int digits = name.length() - prefix.length() - suffix.length();
    if (digits < 1 || digits > DIGITS_MAX || !name.startsWith(prefix) || !name.endsWith(suffix)) {
      return OptionalLong.empty();
    }
    long number = 0;
    for (int i = prefix.length(); i < prefix.length() + digits; i++) {
      char digit = name.charAt(i);
      if (digit < '0' || digit > '9') {
        return OptionalLong.empty();
      }
      number = number * 10 + (digit - '0');
    }
    boolean canonical = digits == 1 || name.charAt(prefix.length()) != '0';
    return canonical ? OptionalLong.of(number) : OptionalLong.empty();
  }

  /** The kind whose {@link #fileName} gives this name, if there is one. */
  public static Optional<FileKind> ofName(String name) {
    for (FileKind kind : VALUES) {
      if (kind.number(name).isPresent()) {
        return Optional.of(kind);
      }
    }
    return Optional.empty();
  }

  /** Whether a plain file name is one of a file of any kind, finished or being written. */
  public static boolean isName(String name) {
    return ofName(name).isPresent()
        || (name.endsWith(TEMPORARY_SUFFIX)
            && ofName(name.substring(0, name.length() - TEMPORARY_SUFFIX.length())).isPresent());
  }

  /** The number that stands for this kind in files. */
  int code() {
    return code;
  }

  /** The kind that a number from a file stands for, if it is one. */
  static Optional<FileKind> ofCode(int code) {
    for (FileKind kind : VALUES) {
      if (kind.code == code) {
        return Optional.of(kind);
      }
    }
    return Optional.empty();
  }

  /** The file's path while it is being written. */
  static Path temporary(Path directory, String name) {
    return directory.resolve(name + TEMPORARY_SUFFIX);
  }
}
