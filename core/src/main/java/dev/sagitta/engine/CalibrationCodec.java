package dev.sagitta.engine;

import dev.sagitta.InvalidInputException;
import dev.sagitta.Limits;
import dev.sagitta.RecallCalibration;
import dev.sagitta.RecallTarget;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * A calibration as the file of links keeps it. Stateless.
 *
 * <pre>
 * header, 24 bytes, little-endian
 *   0  int64  records  live when it was measured
 *   8  int64  slots    stored versions then
 *  16  int32  queries  in the sample
 *  20  int32  count    of targets, at most 64
 * then for each target, by k and target recall, 32 bytes
 *   0  int32   k
 *   4  int32   efSearch; 0 where all slots are scanned
 *   8  int32   queries that the mean is of
 *  12  int32   1 if the target is reached with confidence, else 0
 *  16  float64 target recall
 *  24  float64 mean recall
 * </pre>
 */
final class CalibrationCodec {
  private static final int HEADER_BYTES = 24;
  private static final int TARGET_BYTES = 32;
  private static final int TARGETS_MAX = 64;
  private static final int SCAN = 0;

  private CalibrationCodec() {}

  static byte[] encode(RecallCalibration calibration) {
    List<RecallTarget> targets = calibration.targets();
    ByteBuffer bytes =
        ByteBuffer.allocate(HEADER_BYTES + targets.size() * TARGET_BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(calibration.records())
            .putLong(calibration.slots())
            .putInt(calibration.queries())
            .putInt(targets.size());
    for (RecallTarget target : targets) {
      bytes
          .putInt(target.k())
          .putInt(target.efSearch().orElse(SCAN))
          .putInt(target.queries())
          .putInt(target.reached() ? 1 : 0)
          .putDouble(target.targetRecall())
          .putDouble(target.measuredRecall());
    }
    return bytes.array();
  }

  /**
   * Reads back what {@link #encode} made.
   *
   * @throws IllegalArgumentException if the bytes are no calibration
   */
  static RecallCalibration decode(byte[] encoded) {
    ByteBuffer bytes = ByteBuffer.wrap(encoded).order(ByteOrder.LITTLE_ENDIAN);
    int count = encoded.length < HEADER_BYTES ? 0 : bytes.getInt(HEADER_BYTES - Integer.BYTES);
    if (count < 1 || count > TARGETS_MAX || encoded.length != HEADER_BYTES + count * TARGET_BYTES) {
      throw new IllegalArgumentException(
          "calibration of %d bytes with %d targets; allowed are 1 to %d, of %d bytes each"
              .formatted(encoded.length, count, TARGETS_MAX, TARGET_BYTES));
    }
    try {
      long records = bytes.getLong();
      long slots = bytes.getLong();
      int queries = bytes.getInt();
      bytes.position(HEADER_BYTES);
      List<RecallTarget> targets = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        targets.add(target(bytes));
      }
      return new RecallCalibration(records, slots, queries, targets);
    } catch (InvalidInputException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  private static RecallTarget target(ByteBuffer bytes) {
    int k = bytes.getInt();
    int efSearch = bytes.getInt();
    int queries = bytes.getInt();
    int reached = bytes.getInt();
    if (efSearch < 0 || efSearch > Limits.EF_SEARCH_MAX || (reached != 0 && reached != 1)) {
      throw new IllegalArgumentException(
          "efSearch %d and reached %d; allowed are 0 to %d, and 0 or 1"
              .formatted(efSearch, reached, Limits.EF_SEARCH_MAX));
    }
    return new RecallTarget(
        k,
        bytes.getDouble(),
        efSearch == SCAN ? OptionalInt.empty() : OptionalInt.of(efSearch),
        bytes.getDouble(),
        queries,
        reached == 1);
  }
}
