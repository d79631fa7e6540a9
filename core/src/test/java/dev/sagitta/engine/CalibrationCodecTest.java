package dev.sagitta.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.RecallCalibration;
import dev.sagitta.RecallTarget;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

final class CalibrationCodecTest {
  static final RecallCalibration CALIBRATION =
      new RecallCalibration(
          5_000,
          6_000,
          700,
          List.of(
              new RecallTarget(10, 0.9, OptionalInt.of(24), 0.9375, 700, true),
              new RecallTarget(10, 0.99, OptionalInt.empty(), 1, 300, true),
              new RecallTarget(100, 0.9, OptionalInt.of(10_000), 0.875, 100, false)));

  @Test
  void writesTheBytesOfTheFormat() {
    ByteBuffer expected =
        ByteBuffer.allocate(120)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(5_000)
            .putLong(6_000)
            .putInt(700)
            .putInt(3)
            .putInt(10)
            .putInt(24)
            .putInt(700)
            .putInt(1)
            .putDouble(0.9)
            .putDouble(0.9375)
            .putInt(10)
            .putInt(0)
            .putInt(300)
            .putInt(1)
            .putDouble(0.99)
            .putDouble(1)
            .putInt(100)
            .putInt(10_000)
            .putInt(100)
            .putInt(0)
            .putDouble(0.9)
            .putDouble(0.875);
    byte[] encoded = CalibrationCodec.encode(CALIBRATION);
    assertArrayEquals(expected.array(), encoded);
    assertEquals(CALIBRATION, CalibrationCodec.decode(encoded));
  }

  private static void refused(String problem, Consumer<ByteBuffer> change) {
    byte[] encoded = CalibrationCodec.encode(CALIBRATION);
    change.accept(ByteBuffer.wrap(encoded).order(ByteOrder.LITTLE_ENDIAN));
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> CalibrationCodec.decode(encoded));
    assertTrue(String.valueOf(e.getMessage()).startsWith(problem), e.getMessage());
  }

  @Test
  void refusesWhatNoCalibrationCanBe() {
    refused("calibration of 120 bytes with 2 targets", bytes -> bytes.putInt(20, 2));
    refused("calibration of 120 bytes with -1 targets", bytes -> bytes.putInt(20, -1));
    refused("records is -1; allowed", bytes -> bytes.putLong(0, -1));
    refused("slots is 4999; allowed", bytes -> bytes.putLong(8, 4_999));
    refused("k is 0; allowed", bytes -> bytes.putInt(24, 0));
    refused("efSearch 10001 and reached 1", bytes -> bytes.putInt(28, 10_001));
    refused("efSearch 24 and reached 2", bytes -> bytes.putInt(36, 2));
    refused("targetRecall is NaN; allowed", bytes -> bytes.putDouble(40, Double.NaN));
    refused("measuredRecall is 1.5; allowed", bytes -> bytes.putDouble(48, 1.5));
    refused("targets are not ascending", bytes -> bytes.putDouble(40, 0.995));
    assertThrows(IllegalArgumentException.class, () -> CalibrationCodec.decode(new byte[23]));
    assertThrows(IllegalArgumentException.class, () -> CalibrationCodec.decode(new byte[24]));
  }
}
