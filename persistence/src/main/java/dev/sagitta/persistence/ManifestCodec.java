package dev.sagitta.persistence;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Layout of a manifest's body, inside a block file of kind MANIFEST. Little-endian. Stateless.
 *
 * <pre>
 *    0            8            16           24             32
 *    +------------+------------+------------+--------------+-------------+
 *    | generation | epoch      | first log  | first        | required    |
 *    |            |            |            | sequence     | log         |
 *    +------------+------+-----+-----+------+------+-------+-------------+
 *    | durable    | conf.| state     | file | zero |
 *    | sequence   | bytes| bytes     | count|      |
 *    +------------+------+-----------+------+------+
 *   40           48     52          56     60     64
 *
 *   64                                 configuration
 *   then                               state
 *   then, for each file, 24 bytes:     kind int, checksum int, number long, bytes long
 * </pre>
 *
 * A file's name follows from its kind and number.
 */
final class ManifestCodec {

  static final int GENERATION_OFFSET = 0;
  static final int EPOCH_OFFSET = 8;
  static final int FIRST_LOG_OFFSET = 16;
  static final int FIRST_SEQUENCE_OFFSET = 24;
  static final int REQUIRED_LOG_OFFSET = 32;
  static final int DURABLE_SEQUENCE_OFFSET = 40;
  static final int CONFIGURATION_BYTES_OFFSET = 48;
  static final int STATE_BYTES_OFFSET = 52;
  static final int FILE_COUNT_OFFSET = 56;
  static final int FIXED_BYTES = 64;

  static final int ENTRY_KIND_OFFSET = 0;
  static final int ENTRY_CHECKSUM_OFFSET = 4;
  static final int ENTRY_NUMBER_OFFSET = 8;
  static final int ENTRY_BYTES_OFFSET = 16;
  static final int ENTRY_BYTES = 24;

  private ManifestCodec() {}

  static void write(Manifest manifest, BlockFileWriter target) throws IOException {
    ByteBuffer fixed = ByteBuffer.allocate(FIXED_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    fixed.putLong(GENERATION_OFFSET, manifest.generation());
    fixed.putLong(EPOCH_OFFSET, manifest.epoch());
    fixed.putLong(FIRST_LOG_OFFSET, manifest.firstLog());
    fixed.putLong(FIRST_SEQUENCE_OFFSET, manifest.firstSequence());
    fixed.putLong(REQUIRED_LOG_OFFSET, manifest.requiredLog());
    fixed.putLong(DURABLE_SEQUENCE_OFFSET, manifest.durableSequence());
    fixed.putInt(CONFIGURATION_BYTES_OFFSET, manifest.configuration().remaining());
    fixed.putInt(STATE_BYTES_OFFSET, manifest.state().remaining());
    fixed.putInt(FILE_COUNT_OFFSET, manifest.files().size());
    target.write(fixed);
    target.write(manifest.configuration());
    target.write(manifest.state());
    ByteBuffer entry = ByteBuffer.allocate(ENTRY_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (FileEntry file : manifest.files()) {
      entry.clear();
      entry.putInt(ENTRY_KIND_OFFSET, file.kind().code());
      entry.putInt(ENTRY_CHECKSUM_OFFSET, file.checksum());
      entry.putLong(ENTRY_NUMBER_OFFSET, file.number());
      entry.putLong(ENTRY_BYTES_OFFSET, file.bytes());
      target.write(entry);
    }
  }

  /**
   * Reads a manifest's body, whose checksums the reader has verified or will.
   *
   * @param generation what the file's name says
   */
  static Manifest read(BlockFileReader source, Path file, long generation) throws IOException {
    ByteBuffer fixed = source.read(FIXED_BYTES);
    if (fixed.getLong(GENERATION_OFFSET) != generation) {
      throw new CorruptFileException(
          file,
          FileHeader.BYTES + GENERATION_OFFSET,
          "generation " + generation,
          "generation " + fixed.getLong(GENERATION_OFFSET));
    }
    for (int offset = 0; offset < CONFIGURATION_BYTES_OFFSET; offset += Long.BYTES) {
      LogFormat.requireCounter(file, FileHeader.BYTES + offset, fixed.getLong(offset));
    }
    // Lengths are bounded by what the body has left, before anything of that length is allocated.
    ByteBuffer configuration = source.read(fixed.getInt(CONFIGURATION_BYTES_OFFSET));
    ByteBuffer state = source.read(fixed.getInt(STATE_BYTES_OFFSET));
    int fileCount = fixed.getInt(FILE_COUNT_OFFSET);
    if (source.remaining() != (long) fileCount * ENTRY_BYTES) {
      throw new CorruptFileException(
          file,
          FileHeader.BYTES + FILE_COUNT_OFFSET,
          fileCount + " file entries of " + ENTRY_BYTES + " bytes",
          source.remaining() + " bytes");
    }
    try {
      List<FileEntry> files = new ArrayList<>();
      for (int i = 0; i < fileCount; i++) {
        files.add(entry(source.read(ENTRY_BYTES)));
      }
      return new Manifest(
          generation,
          source.storeId(),
          fixed.getLong(EPOCH_OFFSET),
          configuration,
          state,
          files,
          fixed.getLong(FIRST_LOG_OFFSET),
          fixed.getLong(FIRST_SEQUENCE_OFFSET),
          fixed.getLong(REQUIRED_LOG_OFFSET),
          fixed.getLong(DURABLE_SEQUENCE_OFFSET));
    } catch (IllegalArgumentException e) {
      var corrupt =
          new CorruptFileException(
              file, FileHeader.BYTES, "a manifest", String.valueOf(e.getMessage()));
      corrupt.initCause(e);
      throw corrupt;
    }
  }

  private static FileEntry entry(ByteBuffer bytes) {
    int code = bytes.getInt(ENTRY_KIND_OFFSET);
    FileKind kind =
        FileKind.ofCode(code)
            .orElseThrow(() -> new IllegalArgumentException("no kind has the number " + code));
    return new FileEntry(
        kind.fileName(bytes.getLong(ENTRY_NUMBER_OFFSET)),
        kind,
        bytes.getLong(ENTRY_BYTES_OFFSET),
        bytes.getInt(ENTRY_CHECKSUM_OFFSET));
  }
}
