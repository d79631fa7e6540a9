package dev.sagitta.persistence;

/**
 * A complete block file as a manifest lists it: enough to tell it from any other file before a byte
 * of its body is read. Immutable.
 *
 * @param name plain name in the collection's directory, as {@link FileKind#fileName} gives it
 * @param kind any kind but {@link FileKind#LOG}, whose files grow
 * @param bytes length of the whole file
 * @param checksum CRC32C of the file's checksum table and footer, so that manifest, footer and
 *     blocks make a chain
 */
public record FileEntry(String name, FileKind kind, long bytes, int checksum) {

  public FileEntry {
    if (kind == FileKind.LOG) {
      throw new IllegalArgumentException("a log is not a block file: " + name);
    }
    if (kind.number(name).isEmpty()) {
      throw new IllegalArgumentException("name of a " + kind + " file is " + name);
    }
    if (bytes < BlockFileFormat.FILE_BYTES_MIN || bytes > BlockFileFormat.FILE_BYTES_MAX) {
      throw new IllegalArgumentException(
          "bytes of "
              + name
              + " is "
              + bytes
              + ", allowed "
              + BlockFileFormat.FILE_BYTES_MIN
              + " to "
              + BlockFileFormat.FILE_BYTES_MAX);
    }
  }

  /** The number in the name. */
  public long number() {
    return kind.number(name).getAsLong();
  }
}
