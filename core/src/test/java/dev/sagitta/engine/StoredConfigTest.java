package dev.sagitta.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.CollectionConfig;
import dev.sagitta.IdType;
import dev.sagitta.Limits;
import dev.sagitta.distance.ElementType;
import dev.sagitta.distance.Metric;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import net.jqwik.api.Assume;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

final class StoredConfigTest {
  private static final StoredConfig SAMPLE =
      new StoredConfig(
          new CollectionConfig(300, ElementType.FLOAT32, Metric.DOT_PRODUCT, IdType.UUID, 20, 77),
          11,
          1 << 22);

  @Property(edgeCases = EdgeCasesMode.NONE)
  void readsBackWhatItWrote(
      @ForAll @IntRange(min = 1, max = Limits.DIMENSION_MAX) int dimension,
      @ForAll ElementType elements,
      @ForAll Metric metric,
      @ForAll IdType ids,
      @ForAll @IntRange(min = 2, max = 128) int m,
      @ForAll @IntRange(min = 1, max = 4_096) int efConstruction,
      @ForAll @IntRange(min = 0, max = 11) int rowsPerExtentShift,
      @ForAll @IntRange(min = 1, max = 1 << 25) int payloadExtentWords) {
    Assume.that(metric.supports(elements) && elements.allows(dimension));
    StoredConfig stored =
        new StoredConfig(
            new CollectionConfig(dimension, elements, metric, ids, m, efConstruction),
            rowsPerExtentShift,
            8 * payloadExtentWords);
    assertEquals(stored, StoredConfig.decode(stored.encode()));
  }

  /** The bytes are in files, so they must stay what they are. */
  @Test
  void writesTheBytesOfTheFormat() {
    assertEquals(
        "2c010000"
            + "03030100"
            + "14000000"
            + "4d000000"
            + "0b000000"
            + "00004000"
            + "0000000000000000",
        HexFormat.of().formatHex(SAMPLE.encode()));
    assertEquals(1, with(Metric.EUCLIDEAN, IdType.LONG)[4]);
    assertEquals(2, with(Metric.COSINE, IdType.LONG)[4]);
    assertEquals(4, with(Metric.MANHATTAN, IdType.LONG)[4]);
    assertEquals(1, with(Metric.MANHATTAN, IdType.LONG)[5]);
    assertEquals(2, with(Metric.MANHATTAN, IdType.STRING)[5]);
  }

  private static byte[] with(Metric metric, IdType ids) {
    return new StoredConfig(CollectionConfig.builder(1, metric).ids(ids).build(), 0, 8).encode();
  }

  private static String refusal(int offset, byte value) {
    byte[] bytes = SAMPLE.encode();
    bytes[offset] = value;
    return String.valueOf(
        assertThrows(IllegalArgumentException.class, () -> StoredConfig.decode(bytes))
            .getMessage());
  }

  @Test
  void refusesWhatItCannotHaveWritten() {
    assertEquals("unknown metric 0", refusal(4, (byte) 0));
    assertEquals("unknown metric 7", refusal(4, (byte) 7));
    assertEquals(
        "metric is HAMMING, which does not compare FLOAT32 elements", refusal(4, (byte) 5));
    assertEquals("unknown id type 4", refusal(5, (byte) 4));
    assertEquals("unknown element type 5", refusal(6, (byte) 5));
    assertEquals(
        "impossible extent sizes " + new StoredConfig(SAMPLE.config(), 31, 1 << 22),
        refusal(16, (byte) 31));
    assertEquals(
        "impossible extent sizes " + new StoredConfig(SAMPLE.config(), 11, 0),
        refusal(22, (byte) 0));
    assertEquals(
        "impossible extent sizes " + new StoredConfig(SAMPLE.config(), 18, 1 << 22),
        refusal(16, (byte) 18));
    assertEquals(
        "impossible extent sizes " + new StoredConfig(SAMPLE.config(), 11, 0x11400000),
        refusal(23, (byte) 0x11));
    assertTrue(refusal(19, (byte) 0x80).startsWith("impossible extent sizes "));
    assertTrue(refusal(23, (byte) 0x80).startsWith("impossible extent sizes "));
    assertEquals(
        "impossible extent sizes " + new StoredConfig(SAMPLE.config(), 11, (1 << 22) + 4),
        refusal(20, (byte) 4));
    assertEquals(
        "configuration of 31 bytes, not 32",
        assertThrows(IllegalArgumentException.class, () -> StoredConfig.decode(new byte[31]))
            .getMessage());
    byte[] noDimension =
        ByteBuffer.wrap(SAMPLE.encode()).order(ByteOrder.LITTLE_ENDIAN).putInt(0, 0).array();
    assertEquals(
        "dimension is 0; allowed are 1 to 16384",
        assertThrows(IllegalArgumentException.class, () -> StoredConfig.decode(noDimension))
            .getMessage());
  }
}
