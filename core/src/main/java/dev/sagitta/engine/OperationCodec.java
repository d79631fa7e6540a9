package dev.sagitta.engine;

import dev.sagitta.CollectionConfig;
import dev.sagitta.InvalidInputException;
import dev.sagitta.Limits;
import dev.sagitta.distance.VectorValue;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Operations as bytes of a log frame, little-endian.
 *
 * <pre>
 * upsert   int32 1, int32 idBytes, int32 payloadBytes,
 *          vector, see VectorCodec, id, payload
 * delete   int32 2, int32 idBytes, id
 * batch    int32 3, int32 count, count x (upsert | delete)
 * </pre>
 */
final class OperationCodec {
  private static final int UPSERT = 1;
  private static final int DELETE = 2;
  private static final int BATCH = 3;

  private final CollectionConfig config;
  private final VectorCodec vectors;
  private final IdCodec ids;

  /** A codec for the operations of one collection. */
  OperationCodec(CollectionConfig config) {
    this.config = config;
    vectors = new VectorCodec(config.elements(), config.dimension());
    ids = new IdCodec(config.ids());
  }

  /** Bytes that an operation takes. */
  long bytes(Operation operation) {
    return switch (operation) {
      case Operation.Upsert upsert ->
          12L + vectors.bytes() + upsert.id().length + upsert.payload().length;
      case Operation.Delete delete -> 8L + delete.id().length;
      case Operation.Batch batch -> 8 + batch.changes().stream().mapToLong(this::bytes).sum();
    };
  }

  /** The bytes of an operation. */
  ByteBuffer encode(Operation operation) {
    ByteBuffer buffer =
        ByteBuffer.allocate(Math.toIntExact(bytes(operation))).order(ByteOrder.LITTLE_ENDIAN);
    put(operation, buffer);
    return buffer.flip();
  }

  private void put(Operation operation, ByteBuffer buffer) {
    switch (operation) {
      case Operation.Upsert upsert -> {
        buffer.putInt(UPSERT).putInt(upsert.id().length).putInt(upsert.payload().length);
        vectors.put(upsert.vector(), buffer);
        buffer.put(upsert.id()).put(upsert.payload());
      }
      case Operation.Delete delete ->
          buffer.putInt(DELETE).putInt(delete.id().length).put(delete.id());
      case Operation.Batch batch -> {
        buffer.putInt(BATCH).putInt(batch.changes().size());
        batch.changes().forEach(change -> put(change, buffer));
      }
    }
  }

  /**
   * Reads an operation back.
   *
   * @throws IllegalArgumentException if the bytes are none that the collection can have written;
   *     the message says what is wrong
   */
  Operation decode(ByteBuffer frame) {
    return decode(frame, vectors::newVector);
  }

  /**
   * Reads an operation back that is applied before the next one is read, as a replay does.
   *
   * @param vector made by {@link #newVector}; belongs to the operation, if that is an upsert by
   *     itself, until it is passed again
   * @throws IllegalArgumentException as {@link #decode(ByteBuffer)}
   */
  Operation decode(ByteBuffer frame, VectorValue vector) {
    return decode(frame, () -> vector);
  }

  private Operation decode(ByteBuffer frame, Supplier<VectorValue> vector) {
    ByteBuffer buffer = frame.slice().order(ByteOrder.LITTLE_ENDIAN);
    need(buffer, 8, "operation");
    Operation operation =
        switch (buffer.getInt(0)) {
          case BATCH -> decodeBatch(buffer);
          default -> decodeSingle(buffer, vector);
        };
    if (buffer.hasRemaining()) {
      throw new IllegalArgumentException(buffer.remaining() + " bytes follow the operation");
    }
    return operation;
  }

  private Operation.Batch decodeBatch(ByteBuffer buffer) {
    buffer.getInt();
    int count = buffer.getInt();
    if (count < 0 || count > buffer.remaining() / 8) {
      throw new IllegalArgumentException("a batch has %d changes".formatted(count));
    }
    List<Operation.Single> changes = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      need(buffer, 8, "change");
      changes.add(decodeSingle(buffer, vectors::newVector));
    }
    return new Operation.Batch(changes);
  }

  private Operation.Single decodeSingle(ByteBuffer buffer, Supplier<VectorValue> target) {
    int kind = buffer.getInt();
    int idBytes = length("id", buffer.getInt(), Limits.ID_BYTES_MAX);
    return switch (kind) {
      case UPSERT -> {
        need(buffer, 4, "payload length");
        int payloadBytes = length("payload", buffer.getInt(), Limits.PAYLOAD_BYTES_MAX);
        need(buffer, (long) vectors.bytes() + idBytes + payloadBytes, "upsert");
        VectorValue vector = target.get();
        vectors.get(buffer, vector);
        check(vector);
        yield new Operation.Upsert(idOf(buffer, idBytes), vector, bytesOf(buffer, payloadBytes));
      }
      case DELETE -> {
        need(buffer, idBytes, "delete");
        yield new Operation.Delete(idOf(buffer, idBytes));
      }
      default -> throw new IllegalArgumentException("unknown operation kind " + kind);
    };
  }

  /** A vector for {@link #decode(ByteBuffer, VectorValue)}. */
  VectorValue newVector() {
    return vectors.newVector();
  }

  private void check(VectorValue vector) {
    try {
      VectorChecks.check("vector", vector, config);
    } catch (InvalidInputException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  private byte[] idOf(ByteBuffer buffer, int length) {
    byte[] id = bytesOf(buffer, length);
    ids.check(id);
    return id;
  }

  private static int length(String what, int bytes, int bytesMax) {
    if (bytes < 0 || bytes > bytesMax) {
      throw new IllegalArgumentException(
          "%s of %d bytes; at most %d".formatted(what, bytes, bytesMax));
    }
    return bytes;
  }

  private static void need(ByteBuffer buffer, long bytes, String what) {
    if (buffer.remaining() < bytes) {
      throw new IllegalArgumentException(
          "%s needs %d bytes, %d are left".formatted(what, bytes, buffer.remaining()));
    }
  }

  private static byte[] bytesOf(ByteBuffer buffer, int length) {
    byte[] bytes = new byte[length];
    buffer.get(bytes);
    return bytes;
  }
}
