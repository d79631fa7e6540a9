package dev.sagitta.engine;

import dev.sagitta.CollectionConfig;
import dev.sagitta.IdType;
import dev.sagitta.InvalidInputException;
import dev.sagitta.distance.ElementType;
import dev.sagitta.distance.Metric;
import dev.sagitta.distance.kernel.RowLayout;
import dev.sagitta.persistence.FormatFeatures;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A collection's configuration as its manifests keep it, with the sizes of its extents; opaque to
 * the persistence layer.
 *
 * <pre>
 * 32 bytes, little-endian
 *   0  int32  dimension
 *   4  int8   metric: 1 Euclidean, 2 cosine, 3 dot product, 4 Manhattan, 5 Hamming, 6 Jaccard
 *   5  int8   ids: 1 LONG, 2 STRING, 3 UUID
 *   6  int8   element type: 1 FLOAT32, 2 FLOAT16, 3 INT8, 4 BINARY
 *   7  int8   0
 *   8  int32  m
 *  12  int32  efConstruction
 *  16  int32  log2 of rows per vector extent
 *  20  int32  bytes per payload extent
 *  24  int64  0
 * </pre>
 */
record StoredConfig(CollectionConfig config, int rowsPerExtentShift, int payloadExtentBytes) {
  private static final int BYTES = 32;

  /** Far above what is written, far below what memory or a mapping could not hold. */
  private static final long EXTENT_BYTES_MAX = 1 << 28;

  /** Bytes of a vector extent. */
  long vectorExtentBytes() {
    return (long) layout().rowBytes() << rowsPerExtentShift;
  }

  /** How vectors are stored. */
  RowLayout layout() {
    return new RowLayout(config.elements(), config.metric(), config.dimension());
  }

  /** What a reader of its manifest must know beyond format 1.0. */
  long incompatibleFeatures() {
    return config.elements() == ElementType.FLOAT32 ? 0 : FormatFeatures.ELEMENT_TYPES;
  }

  byte[] encode() {
    return ByteBuffer.allocate(BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(config.dimension())
        .put(codeOf(config.metric()))
        .put(codeOf(config.ids()))
        .put(codeOf(config.elements()))
        .put((byte) 0)
        .putInt(config.m())
        .putInt(config.efConstruction())
        .putInt(rowsPerExtentShift)
        .putInt(payloadExtentBytes)
        .array();
  }

  /**
   * Reads back what {@link #encode} made.
   *
   * @throws IllegalArgumentException if the bytes are no such configuration
   */
  static StoredConfig decode(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new IllegalArgumentException(
          "configuration of %d bytes, not %d".formatted(bytes.length, BYTES));
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    StoredConfig stored = new StoredConfig(configOf(buffer), buffer.getInt(16), buffer.getInt(20));
    if (stored.rowsPerExtentShift < 0
        || stored.rowsPerExtentShift > 30
        || stored.vectorExtentBytes() > EXTENT_BYTES_MAX
        || stored.payloadExtentBytes < 1
        || stored.payloadExtentBytes > EXTENT_BYTES_MAX
        || stored.payloadExtentBytes % RecordStore.ALIGNMENT_BYTES != 0) {
      throw new IllegalArgumentException("impossible extent sizes " + stored);
    }
    return stored;
  }

  private static CollectionConfig configOf(ByteBuffer buffer) {
    try {
      return new CollectionConfig(
          buffer.getInt(0),
          elementsOf(buffer.get(6)),
          metricOf(buffer.get(4)),
          idsOf(buffer.get(5)),
          buffer.getInt(8),
          buffer.getInt(12));
    } catch (InvalidInputException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  private static byte codeOf(Metric metric) {
    return (byte)
        switch (metric) {
          case EUCLIDEAN -> 1;
          case COSINE -> 2;
          case DOT_PRODUCT -> 3;
          case MANHATTAN -> 4;
          case HAMMING -> 5;
          case JACCARD -> 6;
        };
  }

  private static Metric metricOf(byte code) {
    return switch (code) {
      case 1 -> Metric.EUCLIDEAN;
      case 2 -> Metric.COSINE;
      case 3 -> Metric.DOT_PRODUCT;
      case 4 -> Metric.MANHATTAN;
      case 5 -> Metric.HAMMING;
      case 6 -> Metric.JACCARD;
      default -> throw new IllegalArgumentException("unknown metric " + code);
    };
  }

  private static byte codeOf(ElementType elements) {
    return (byte)
        switch (elements) {
          case FLOAT32 -> 1;
          case FLOAT16 -> 2;
          case INT8 -> 3;
          case BINARY -> 4;
        };
  }

  private static ElementType elementsOf(byte code) {
    return switch (code) {
      case 1 -> ElementType.FLOAT32;
      case 2 -> ElementType.FLOAT16;
      case 3 -> ElementType.INT8;
      case 4 -> ElementType.BINARY;
      default -> throw new IllegalArgumentException("unknown element type " + code);
    };
  }

  private static byte codeOf(IdType ids) {
    return (byte)
        switch (ids) {
          case LONG -> 1;
          case STRING -> 2;
          case UUID -> 3;
        };
  }

  private static IdType idsOf(byte code) {
    return switch (code) {
      case 1 -> IdType.LONG;
      case 2 -> IdType.STRING;
      case 3 -> IdType.UUID;
      default -> throw new IllegalArgumentException("unknown id type " + code);
    };
  }
}
