package dev.sagitta;

import dev.sagitta.distance.VectorValue;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Records of tests by number: the same number gives the same id, vector or payload, smaller numbers
 * simpler ones. Stateless.
 */
final class ModelRecords {
  /** Vectors below this number have few different components, so that distances tie. */
  private static final int LATTICE = 60;

  private ModelRecords() {}

  /** The number-th id of a kind; their order is not that of the numbers. */
  static RecordId id(IdType type, int number) {
    long mixed = number * 0x9E37_79B9_7F4A_7C15L;
    return switch (type) {
      case LONG ->
          switch (number) {
            case 1 -> RecordId.of(Long.MIN_VALUE);
            case 2 -> RecordId.of(Long.MAX_VALUE);
            default -> RecordId.of(mixed >> 40);
          };
      case UUID -> RecordId.of(new UUID(mixed, number));
      case STRING ->
          switch (number % 4) {
            case 0 -> RecordId.of(Integer.toString(number));
            case 1 -> RecordId.of("číslo " + number);
            case 2 -> RecordId.of("\uD83C\uDFF9" + number);
            default -> RecordId.of("id".repeat(1 + number % 50) + "-" + number);
          };
    };
  }

  /** The number-th vector; the first ones are multiples of each other or the same. */
  static float[] vector(int dimension, int number) {
    var random = new SplittableRandom(number);
    float[] vector = new float[dimension];
    for (int i = 0; i < dimension; i++) {
      vector[i] =
          number < LATTICE ? random.nextInt(3) - 1 : (float) random.nextGaussian(0, 1 + number % 3);
    }
    // Never the zero vector, which cosine refuses; and a component whose sign is easily lost.
    vector[number % dimension] = 1 + number % 4;
    if (dimension > 1) {
      vector[(number + 1) % dimension] = -0.0f;
    }
    return vector;
  }

  /** The number-th payload; 0 is empty. */
  static Payload payload(int number) {
    Payload.Builder payload = Payload.builder();
    if (number % 2 == 1) {
      payload.put("número", number * 0x1234_5678_9ABCL);
    }
    if (number / 2 % 2 == 1) {
      payload.put("text", "v".repeat(number) + "\uD83C\uDFF9");
      payload.put("none", "");
    }
    if (number / 4 % 2 == 1) {
      payload.put("nan", Double.longBitsToDouble(0x7FF8_0000_0000_0000L | number));
      payload.put("zero", -0.0);
      payload.put("instant", Instant.ofEpochSecond(-number, 999_999_999));
    }
    if (number / 8 % 2 == 1) {
      payload.put("flag", number % 3 == 0);
      payload.put("list", List.of("", "a", Integer.toString(number)));
    }
    if (number / 16 % 2 == 1) {
      byte[] bytes = new byte[number * 11];
      new SplittableRandom(number).nextBytes(bytes);
      payload.put("bytes", bytes);
    }
    return payload.build();
  }

  /** A record of the number-th id, vector and payload each. */
  static VectorRecord record(IdType type, int dimension, int id, int vector, int payload) {
    return new VectorRecord(
        id(type, id), VectorValue.float32(vector(dimension, vector)), payload(payload));
  }

  /** Whether two records are the same bit for bit, which is more than equal. */
  static boolean same(VectorRecord a, VectorRecord b) {
    return a.id().equals(b.id())
        && sameBits(a.floats(), b.floats())
        && samePayload(a.payload(), b.payload());
  }

  /** Whether two vectors are the same bit for bit. */
  static boolean sameBits(float[] a, float[] b) {
    if (a.length != b.length) {
      return false;
    }
    for (int i = 0; i < a.length; i++) {
      if (Float.floatToRawIntBits(a[i]) != Float.floatToRawIntBits(b[i])) {
        return false;
      }
    }
    return true;
  }

  /** Whether two payloads have the same keys and values in order, doubles bit for bit. */
  static boolean samePayload(Payload a, Payload b) {
    // Equal but for the bits of NaN.
    return a.equals(b)
        && a.entries().entrySet().stream()
            .allMatch(entry -> sameBits(entry.getValue(), b.entries().get(entry.getKey())));
  }

  private static boolean sameBits(Payload.Value a, Payload.@Nullable Value b) {
    return !(a instanceof Payload.Value.OfDouble(double number))
        || (b instanceof Payload.Value.OfDouble(double other)
            && Double.doubleToRawLongBits(number) == Double.doubleToRawLongBits(other));
  }
}
