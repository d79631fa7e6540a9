package dev.sagitta.persistence;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Gives a file of a simulated store other content and makes every checksum right that runs over it,
 * up to the manifests and the logs that follow: what only a forger does, and no decay. Stateless.
 *
 * <p>Checksums themselves cannot be forged, they are computed anew; a chain value of a frame keeps
 * how it was changed.
 */
public final class ForgedFiles {

  private ForgedFiles() {}

  /**
   * Forges a file.
   *
   * @param content as long as the file is; the places of all checksums are taken from the file as
   *     it was before
   * @return whether anything in it is other than before
   */
  public static boolean forge(SimulatedFiles files, Path file, byte[] content) throws IOException {
    byte[] before = files.bytes(file);
    byte[] after = content.clone();
    boolean log = FileKind.LOG.number(name(file)).isPresent();
    if (log) {
      repairLog(before, after);
    } else {
      repairBlockFile(before, after);
    }
    if (Arrays.equals(before, after)) {
      return false;
    }
    files.decay(file, after);
    if (log) {
      forgeSuccessor(files, file, after, LogFrame.of(before));
    } else if (FileKind.MANIFEST.number(name(file)).isEmpty()) {
      forgeManifests(files, file, after);
    }
    return true;
  }

  private static String name(Path file) {
    return file.getName(file.getNameCount() - 1).toString();
  }

  private static ByteBuffer littleEndian(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static int crc(byte[] bytes, int from, int to) {
    var crc = new CRC32C();
    crc.update(bytes, from, to - from);
    return (int) crc.getValue();
  }

  private static long bodyBytes(byte[] file) {
    return littleEndian(file)
        .getLong(
            file.length - BlockFileFormat.FOOTER_BYTES + BlockFileFormat.FOOTER_BODY_BYTES_OFFSET);
  }

  private static int checksum(byte[] file) {
    return littleEndian(file)
        .getInt(file.length - BlockFileFormat.FOOTER_BYTES + BlockFileFormat.FOOTER_CRC_OFFSET);
  }

  private static void repairBlockFile(byte[] before, byte[] after) {
    ByteBuffer bytes = littleEndian(after);
    bytes.putInt(FileHeader.CRC_OFFSET, FileHeader.crc(bytes));
    long bodyBytes = bodyBytes(before);
    int table = (int) BlockFileFormat.tableOffset(bodyBytes);
    for (int block = 0; block < BlockFileFormat.blockCount(bodyBytes); block++) {
      int from = block * BlockFileFormat.BLOCK_BYTES;
      bytes.putInt(
          table + block * BlockFileFormat.TABLE_ENTRY_BYTES,
          crc(after, from, from + BlockFileFormat.blockBytes(bodyBytes, block)));
    }
    int at = after.length - BlockFileFormat.FOOTER_BYTES + BlockFileFormat.FOOTER_CRC_OFFSET;
    bytes.putInt(at, crc(after, (int) BlockFileFormat.bodyEnd(bodyBytes), at));
  }

  /** Puts a file's new checksum and nothing else into all manifests that list it. */
  private static void forgeManifests(SimulatedFiles files, Path file, byte[] content)
      throws IOException {
    FileKind kind = FileKind.ofName(name(file)).orElseThrow();
    long number = kind.number(name(file)).orElseThrow();
    for (String sibling : files.list(file.resolve("..").normalize())) {
      if (FileKind.MANIFEST.number(sibling).isEmpty()) {
        continue;
      }
      Path path = file.resolveSibling(sibling);
      byte[] manifest = files.bytes(path);
      ByteBuffer bytes = littleEndian(manifest);
      int count = bytes.getInt(FileHeader.BYTES + ManifestCodec.FILE_COUNT_OFFSET);
      int first = (int) BlockFileFormat.bodyEnd(bodyBytes(manifest));
      for (int i = 1; i <= count; i++) {
        int entry = first - i * ManifestCodec.ENTRY_BYTES;
        if (bytes.getInt(entry + ManifestCodec.ENTRY_KIND_OFFSET) == kind.code()
            && bytes.getLong(entry + ManifestCodec.ENTRY_NUMBER_OFFSET) == number) {
          bytes.putInt(entry + ManifestCodec.ENTRY_CHECKSUM_OFFSET, checksum(content));
        }
      }
      boolean unused = forge(files, path, manifest);
    }
  }

  private static void repairLog(byte[] before, byte[] after) {
    ByteBuffer bytes = littleEndian(after);
    ByteBuffer old = littleEndian(before);
    bytes.putInt(FileHeader.CRC_OFFSET, FileHeader.crc(bytes));
    int chain = crc(after, 0, LogFormat.HEADER_CRC_OFFSET);
    bytes.putInt(LogFormat.HEADER_CRC_OFFSET, chain);
    var frameCrc = new FrameCrc(bytes.getLong(LogFormat.SALT_OFFSET));
    for (LogFrame frame : LogFrame.of(before)) {
      int start = frame.start();
      int at = start + LogFormat.PREVIOUS_FRAME_CHAIN_OFFSET;
      bytes.putInt(at, chain ^ bytes.getInt(at) ^ old.getInt(at));
      bytes.putInt(
          start + LogFormat.PAYLOAD_CRC_OFFSET,
          crc(after, start + LogFormat.FRAME_HEADER_BYTES, frame.end()));
      chain = frameCrc.of(bytes, start);
      bytes.putInt(start + LogFormat.FRAME_CRC_OFFSET, chain);
    }
  }

  /** Lets the next log say the chain value with which this one ends now. */
  private static void forgeSuccessor(
      SimulatedFiles files, Path file, byte[] log, List<LogFrame> frames) throws IOException {
    long number = FileKind.LOG.number(name(file)).orElseThrow();
    Path next = file.resolveSibling(FileKind.LOG.fileName(number + 1));
    if (!files.exists(next)) {
      return;
    }
    byte[] successor = files.bytes(next);
    ByteBuffer bytes = littleEndian(successor);
    long end = bytes.getLong(LogFormat.PREVIOUS_END_OFFSET);
    ByteBuffer ending = littleEndian(log);
    int chain = ending.getInt(LogFormat.HEADER_CRC_OFFSET);
    for (LogFrame frame : frames) {
      if (frame.end() == end) {
        chain = ending.getInt(frame.start() + LogFormat.FRAME_CRC_OFFSET);
      }
    }
    bytes.putInt(LogFormat.PREVIOUS_CHAIN_OFFSET, chain);
    boolean unused = forge(files, next, successor);
  }
}
