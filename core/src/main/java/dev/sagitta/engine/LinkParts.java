package dev.sagitta.engine;

import dev.sagitta.RecallCalibration;
import dev.sagitta.persistence.BlockFileReader;
import dev.sagitta.persistence.BlockFileWriter;
import dev.sagitta.persistence.CorruptFileException;
import dev.sagitta.persistence.FileFeatures;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What stands behind the graph's image in a file of links: parts, each an int kind, an int length,
 * and so many bytes, up to the end of the body. Little-endian. A reader passes over kinds that it
 * does not know. Stateless.
 */
final class LinkParts {
  private static final int HEADER_BYTES = 2 * Integer.BYTES;
  private static final int CALIBRATION = 1;

  /** Far above what is written. */
  private static final int PARTS_MAX = 64;

  private static final int PART_BYTES_MAX = 1 << 16;

  private LinkParts() {}

  /** What the header of the file says of them. */
  static FileFeatures features(Optional<RecallCalibration> calibration) {
    return calibration.isPresent() ? FileFeatures.LINK_PARTS : FileFeatures.NONE;
  }

  /** Writes all there are, behind the image. */
  static void write(Optional<RecallCalibration> calibration, BlockFileWriter target)
      throws IOException {
    if (calibration.isPresent()) {
      byte[] body = CalibrationCodec.encode(calibration.get());
      target.write(
          ByteBuffer.allocate(HEADER_BYTES + body.length)
              .order(ByteOrder.LITTLE_ENDIAN)
              .putInt(CALIBRATION)
              .putInt(body.length)
              .put(body)
              .flip());
    }
  }

  /**
   * Reads what follows the image.
   *
   * @param source has read the image, and nothing behind it
   * @return the calibration, if there is one
   * @throws CorruptFileException if no parts are there, but something else
   */
  static Optional<RecallCalibration> read(BlockFileReader source, Path file) throws IOException {
    Optional<RecallCalibration> calibration = Optional.empty();
    for (int part = 0; source.remaining() > 0; part++) {
      long offset = source.fileOffset();
      if (part == PARTS_MAX) {
        throw new CorruptFileException(
            file, offset, "at most " + PARTS_MAX + " parts behind the links", "more");
      }
      ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
      source.read(header);
      if (header.getInt(0) == 0) {
        throw new CorruptFileException(
            file, offset, "a part behind the links, of another kind than 0", "kind 0");
      }
      int bytes = header.getInt(Integer.BYTES);
      if (bytes < 0 || bytes > PART_BYTES_MAX) {
        throw new CorruptFileException(
            file, offset, "a part of 0 to " + PART_BYTES_MAX + " bytes", bytes + " bytes");
      }
      ByteBuffer body = ByteBuffer.allocate(bytes);
      source.read(body);
      if (header.getInt(0) == CALIBRATION) {
        calibration = Optional.of(decode(body.array(), file, offset));
      }
    }
    return calibration;
  }

  private static RecallCalibration decode(byte[] body, Path file, long offset)
      throws CorruptFileException {
    try {
      return CalibrationCodec.decode(body);
    } catch (IllegalArgumentException e) {
      CorruptFileException corrupt =
          new CorruptFileException(file, offset, "a calibration", String.valueOf(e.getMessage()));
      corrupt.initCause(e);
      throw corrupt;
    }
  }
}
