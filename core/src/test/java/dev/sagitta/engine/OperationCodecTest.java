package dev.sagitta.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sagitta.CollectionConfig;
import dev.sagitta.IdType;
import dev.sagitta.Limits;
import dev.sagitta.distance.Metric;
import dev.sagitta.distance.VectorValue;
import dev.sagitta.engine.Operation.Single;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

final class OperationCodecTest {
  private static final int DIMENSION = 3;

  private final OperationCodec codec = codec(Metric.EUCLIDEAN, IdType.STRING);

  private static OperationCodec codec(Metric metric, IdType ids) {
    return new OperationCodec(CollectionConfig.builder(DIMENSION, metric).ids(ids).build());
  }

  private static byte[] bytes(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  /** Any change. */
  private static Single change(Random random) {
    byte[] id = bytes(random, 1 + random.nextInt(20));
    if (random.nextInt(3) == 0) {
      return new Operation.Delete(id);
    }
    float[] vector = new float[DIMENSION];
    for (int i = 0; i < DIMENSION; i++) {
      vector[i] = (random.nextFloat() - 0.5f) * Limits.COMPONENT_MAX;
    }
    return new Operation.Upsert(id, VectorValue.float32(vector), bytes(random, random.nextInt(40)));
  }

  private static Operation operation(long seed) {
    Random random = new Random(seed);
    if (random.nextInt(3) > 0) {
      return change(random);
    }
    List<Single> changes = new ArrayList<>();
    for (int i = random.nextInt(6); i > 0; i--) {
      changes.add(change(random));
    }
    return new Operation.Batch(changes);
  }

  private static void assertSame(Operation expected, Operation actual) {
    assertEquals(expected.getClass(), actual.getClass());
    switch (expected) {
      case Operation.Upsert upsert -> {
        Operation.Upsert read = assertInstanceOf(Operation.Upsert.class, actual);
        assertArrayEquals(upsert.id(), read.id());
        assertArrayEquals(upsert.payload(), read.payload());
        assertEquals(DIMENSION, read.vector().dimension());
        for (int i = 0; i < DIMENSION; i++) {
          assertEquals(
              Float.floatToRawIntBits(upsert.vector().toFloats()[i]),
              Float.floatToRawIntBits(read.vector().toFloats()[i]));
        }
      }
      case Operation.Delete delete ->
          assertArrayEquals(delete.id(), assertInstanceOf(Operation.Delete.class, actual).id());
      case Operation.Batch batch -> {
        Operation.Batch read = assertInstanceOf(Operation.Batch.class, actual);
        assertEquals(batch.changes().size(), read.changes().size());
        for (int i = 0; i < batch.changes().size(); i++) {
          assertSame(batch.changes().get(i), read.changes().get(i));
        }
      }
    }
  }

  @Property
  void readsBackWhatItWrote(@ForAll long seed) {
    Operation operation = operation(seed);
    ByteBuffer frame = codec.encode(operation);
    assertEquals(codec.bytes(operation), frame.remaining());
    assertSame(operation, codec.decode(frame));
    // Where the frame stands in its buffer, and the buffer's order, are of no matter.
    ByteBuffer shifted =
        ByteBuffer.allocate(frame.remaining() + 5)
            .order(ByteOrder.BIG_ENDIAN)
            .position(5)
            .put(frame)
            .flip()
            .position(5);
    assertSame(operation, codec.decode(shifted));
  }

  @Property
  void readsIntoAnArrayOfTheCallers(@ForAll long seed) {
    Operation operation = operation(seed);
    VectorValue vector = VectorValue.float32(7, 7, 7);
    Operation read = codec.decode(codec.encode(operation), vector);
    assertSame(operation, read);
    if (read instanceof Operation.Upsert upsert) {
      Assertions.assertSame(vector, upsert.vector());
    } else {
      assertEquals(VectorValue.float32(7, 7, 7), vector, "a batch has arrays of its own");
    }
  }

  @Property
  void refusesEveryFrameThatIsCutOrTooLong(@ForAll long seed, @ForAll long cut) {
    ByteBuffer frame = codec.encode(operation(seed));
    int length = (int) Math.floorMod(cut, (long) frame.remaining());
    assertThrows(IllegalArgumentException.class, () -> codec.decode(frame.slice(0, length)));
    ByteBuffer longer = ByteBuffer.allocate(frame.remaining() + 1).put(frame).rewind();
    assertThrows(IllegalArgumentException.class, () -> codec.decode(longer));
  }

  @Property
  void neverFailsOtherwiseOnAnyBytes(
      @ForAll @Size(max = 200) byte[] bytes, @ForAll @IntRange(min = 0, max = 4) int kind) {
    ByteBuffer frame = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.length >= 4) {
      frame.putInt(0, kind);
    }
    try {
      Operation operation = codec.decode(frame);
      assertEquals(bytes.length, codec.bytes(operation));
    } catch (IllegalArgumentException refused) {
      assertEquals(IllegalArgumentException.class, refused.getClass());
    }
  }

  /** The bytes are in files, so they must stay what they are. */
  @Test
  void writesTheBytesOfTheFormat() {
    Operation.Upsert upsert =
        new Operation.Upsert(
            new byte[] {1, 2}, VectorValue.float32(new float[] {1f, -2f, 0f}), new byte[] {9});
    Operation.Delete delete = new Operation.Delete(new byte[] {7});
    String upsertHex = "01000000" + "02000000" + "01000000" + "0000803f000000c000000000" + "010209";
    String deleteHex = "02000000" + "01000000" + "07";
    assertEquals(upsertHex, hex(upsert));
    assertEquals(deleteHex, hex(delete));
    assertEquals(
        "03000000" + "02000000" + upsertHex + deleteHex,
        hex(new Operation.Batch(List.of(upsert, delete))));
  }

  private String hex(Operation operation) {
    return HexFormat.of().formatHex(codec.encode(operation).array());
  }

  private String refusal(String hex) {
    ByteBuffer frame = ByteBuffer.wrap(HexFormat.of().parseHex(hex));
    String message =
        assertThrows(IllegalArgumentException.class, () -> codec.decode(frame)).getMessage();
    return String.valueOf(message);
  }

  @Test
  void refusesWhatNoCallerCouldHaveWritten() {
    String header = "01000000" + "01000000" + "00000000";
    assertEquals(
        "vector has element NaN at index 1; allowed are -1.0E15 to 1.0E15",
        refusal(header + "0000803f" + "0000c07f" + "00000000" + "61"));
    ByteBuffer zero =
        codec.encode(
            new Operation.Upsert(new byte[] {97}, VectorValue.float32(new float[3]), new byte[0]));
    String message =
        String.valueOf(
            assertThrows(
                    IllegalArgumentException.class,
                    () -> codec(Metric.COSINE, IdType.STRING).decode(zero))
                .getMessage());
    assertEquals(
        "vector has norm 0.0; under the cosine metric it must be at least 1.0E-30", message);
    assertEquals(
        "LONG id of 1 bytes",
        assertThrows(
                IllegalArgumentException.class,
                () -> codec(Metric.EUCLIDEAN, IdType.LONG).decode(zero))
            .getMessage());
  }

  @Test
  void saysWhatIsWrong() {
    assertEquals("operation needs 8 bytes, 3 are left", refusal("010000"));
    assertEquals("unknown operation kind 9", refusal("0900000000000000"));
    assertEquals("unknown operation kind 3", refusal("03000000010000000300000000000000"));
    assertEquals("id of 1025 bytes; at most " + Limits.ID_BYTES_MAX, refusal("0200000001040000"));
    assertEquals("id of -1 bytes; at most " + Limits.ID_BYTES_MAX, refusal("02000000ffffffff"));
    assertEquals(
        "payload of 1048577 bytes; at most " + Limits.PAYLOAD_BYTES_MAX,
        refusal("010000000000000001001000"));
    assertEquals("upsert needs 13 bytes, 0 are left", refusal("010000000100000000000000"));
    assertEquals("payload length needs 4 bytes, 0 are left", refusal("0100000000000000"));
    assertEquals("delete needs 2 bytes, 1 are left", refusal("020000000200000041"));
    assertEquals("1 bytes follow the operation", refusal("020000000100000041" + "00"));
    assertEquals("a batch has -1 changes", refusal("03000000ffffffff"));
    assertEquals("a batch has 2 changes", refusal("0300000002000000" + "020000000100000041"));
  }
}
