package dev.sagitta.persistence;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.OptionalLong;
import java.util.zip.CRC32C;

/**
 * Changes files of a store behind its back and puts the checksums right again, so that the change
 * reaches whoever reads the bytes behind them. Stateless.
 */
public final class Surgery {

  /** Which part of a format a header is changed to. */
  public enum Format {
    NEWER_MAJOR(FileHeader.MAJOR_OFFSET),
    NEWER_MINOR(FileHeader.MINOR_OFFSET),
    INCOMPATIBLE_FEATURE(FileHeader.INCOMPATIBLE_FEATURES_OFFSET),
    LAST_INCOMPATIBLE_FEATURE(FileHeader.INCOMPATIBLE_FEATURES_OFFSET + 7),
    COMPATIBLE_FEATURE(FileHeader.COMPATIBLE_FEATURES_OFFSET),
    LAST_COMPATIBLE_FEATURE(FileHeader.COMPATIBLE_FEATURES_OFFSET + 7);

    private final int offset;

    Format(int offset) {
      this.offset = offset;
    }

    /** Whether a reader of today may not read past it. */
    public boolean refused() {
      return offset < FileHeader.COMPATIBLE_FEATURES_OFFSET;
    }

    /** Changes a file's first bytes; the header's own checksum is right afterwards. */
    public void apply(byte[] file) {
      file[offset] +=
          (byte)
              switch (this) {
                case NEWER_MAJOR, NEWER_MINOR, COMPATIBLE_FEATURE -> 1;
                // The first that is not known.
                case INCOMPATIBLE_FEATURE -> FormatFeatures.INCOMPATIBLE_KNOWN + 1;
                case LAST_INCOMPATIBLE_FEATURE, LAST_COMPATIBLE_FEATURE -> 0x80;
              };
      sealHeader(file);
    }
  }

  private Surgery() {}

  private static ByteBuffer little(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static int crc(byte[] bytes, int from, int to) {
    var crc = new CRC32C();
    crc.update(bytes, from, to - from);
    return (int) crc.getValue();
  }

  /** Puts the checksum of a file's header right. */
  public static void sealHeader(byte[] file) {
    little(file).putInt(FileHeader.CRC_OFFSET, FileHeader.crc(little(file)));
  }

  /** The body of a whole block file. */
  public static byte[] body(byte[] blockFile) {
    int footer = blockFile.length - BlockFileFormat.FOOTER_BYTES;
    long bytes = little(blockFile).getLong(footer + BlockFileFormat.FOOTER_BODY_BYTES_OFFSET);
    return Arrays.copyOfRange(blockFile, FileHeader.BYTES, FileHeader.BYTES + (int) bytes);
  }

  /** A whole block file: the first bytes of another as its header, and a body. */
  public static byte[] blockFile(byte[] header, byte[] body) {
    byte[] file = Arrays.copyOf(header, (int) BlockFileFormat.fileBytes(body.length));
    Arrays.fill(file, FileHeader.BYTES, file.length, (byte) 0);
    System.arraycopy(body, 0, file, FileHeader.BYTES, body.length);
    int footer = file.length - BlockFileFormat.FOOTER_BYTES;
    ByteBuffer bytes = little(file);
    bytes.putLong(footer + BlockFileFormat.FOOTER_BODY_BYTES_OFFSET, body.length);
    bytes.putInt(
        footer + BlockFileFormat.FOOTER_BLOCK_COUNT_OFFSET,
        BlockFileFormat.blockCount(body.length));
    bytes.putLong(footer + BlockFileFormat.FOOTER_MAGIC_OFFSET, BlockFileFormat.FOOTER_MAGIC);
    sealHeader(file);
    int table = (int) BlockFileFormat.tableOffset(body.length);
    for (int block = 0; block < BlockFileFormat.blockCount(body.length); block++) {
      int start = block * BlockFileFormat.BLOCK_BYTES;
      int end = start + BlockFileFormat.blockBytes(body.length, block);
      bytes.putInt(table + block * BlockFileFormat.TABLE_ENTRY_BYTES, crc(file, start, end));
    }
    sealTail(file, FileHeader.BYTES + body.length);
    return file;
  }

  /** Puts the checksum of a block file's table and footer right. */
  static void sealTail(byte[] file, int bodyEnd) {
    int at = checksumOffset(file);
    little(file).putInt(at, crc(file, bodyEnd, at));
  }

  /** The checksum by which manifests list a block file. */
  static int checksum(byte[] blockFile) {
    return little(blockFile).getInt(checksumOffset(blockFile));
  }

  private static int checksumOffset(byte[] file) {
    return file.length - BlockFileFormat.FOOTER_BYTES + BlockFileFormat.FOOTER_CRC_OFFSET;
  }

  /** Puts the checksums of a log's headers right, and those of its frames where lengths lead. */
  public static void sealLog(byte[] log) {
    ByteBuffer bytes = little(log);
    sealHeader(log);
    int chain = crc(log, 0, LogFormat.HEADER_CRC_OFFSET);
    bytes.putInt(LogFormat.HEADER_CRC_OFFSET, chain);
    var frameCrc = new FrameCrc(bytes.getLong(LogFormat.SALT_OFFSET));
    int frame = LogFormat.HEADER_BYTES;
    while (frame + LogFormat.FRAME_HEADER_BYTES <= log.length) {
      bytes.putInt(frame + LogFormat.PREVIOUS_FRAME_CHAIN_OFFSET, chain);
      int payload = bytes.getInt(frame + LogFormat.PAYLOAD_BYTES_OFFSET);
      int start = frame + LogFormat.FRAME_HEADER_BYTES;
      boolean within = payload >= 0 && payload <= log.length - start - 7;
      int end = within ? start + LogFormat.padded(payload) : start;
      bytes.putInt(frame + LogFormat.PAYLOAD_CRC_OFFSET, crc(log, start, end));
      chain = frameCrc.of(bytes, frame);
      bytes.putInt(frame + LogFormat.FRAME_CRC_OFFSET, chain);
      frame = end;
    }
  }

  /** Replaces a file's content. */
  public static void replace(SimulatedFiles files, Path file, byte[] content) throws IOException {
    files.delete(file);
    try (FileHandle handle = files.create(file)) {
      handle.write(ByteBuffer.wrap(content), 0);
      handle.force();
    }
    files.forceDirectory(file.getParent() == null ? file : file.getParent());
  }

  /** Replaces a block file's content, and has the manifests that list it list the new content. */
  public static void replaceListed(SimulatedFiles files, Path file, byte[] content)
      throws IOException {
    replace(files, file, content);
    Path directory = file.getParent();
    if (directory == null) {
      throw new IllegalArgumentException("no directory: " + file);
    }
    String plain = String.valueOf(file.getFileName());
    FileKind kind = FileKind.ofName(plain).orElseThrow();
    long number = kind.number(plain).orElseThrow();
    for (String name : files.list(directory)) {
      OptionalLong generation = FileKind.MANIFEST.number(name);
      if (generation.isPresent()) {
        Path manifest = directory.resolve(name);
        byte[] listing = files.bytes(manifest);
        replace(files, manifest, relisted(listing, kind, number, content));
      }
    }
  }

  private static byte[] relisted(byte[] manifest, FileKind kind, long number, byte[] content) {
    byte[] listing = body(manifest);
    ByteBuffer body = little(listing);
    int entry =
        ManifestCodec.FIXED_BYTES
            + body.getInt(ManifestCodec.CONFIGURATION_BYTES_OFFSET)
            + body.getInt(ManifestCodec.STATE_BYTES_OFFSET);
    for (; entry < body.capacity(); entry += ManifestCodec.ENTRY_BYTES) {
      if (body.getInt(entry + ManifestCodec.ENTRY_KIND_OFFSET) == kind.code()
          && body.getLong(entry + ManifestCodec.ENTRY_NUMBER_OFFSET) == number) {
        body.putLong(entry + ManifestCodec.ENTRY_BYTES_OFFSET, content.length);
        body.putInt(entry + ManifestCodec.ENTRY_CHECKSUM_OFFSET, checksum(content));
      }
    }
    return blockFile(manifest, listing);
  }
}
