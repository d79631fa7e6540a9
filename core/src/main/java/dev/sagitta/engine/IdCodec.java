package dev.sagitta.engine;

import dev.sagitta.IdType;
import dev.sagitta.InvalidInputException;
import dev.sagitta.Limits;
import dev.sagitta.RecordId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** Ids of one kind as bytes: 8 or 16 bytes big-endian, or UTF-8. */
final class IdCodec {
  private final IdType type;

  IdCodec(IdType type) {
    this.type = type;
  }

  /**
   * The bytes of an id.
   *
   * @throws InvalidInputException if the id is of another kind than the collection's
   */
  byte[] encode(RecordId id) {
    if (id.type() != type) {
      throw new InvalidInputException(
          "id %s is of kind %s; the collection's ids are %s".formatted(id, id.type(), type));
    }
    return switch (id) {
      case RecordId.OfLong(long value) -> ByteBuffer.allocate(Long.BYTES).putLong(value).array();
      case RecordId.OfString(String value) -> value.getBytes(StandardCharsets.UTF_8);
      case RecordId.OfUuid(UUID value) ->
          ByteBuffer.allocate(2 * Long.BYTES)
              .putLong(value.getMostSignificantBits())
              .putLong(value.getLeastSignificantBits())
              .array();
    };
  }

  /**
   * Refuses bytes that {@link #encode} cannot have made.
   *
   * @throws IllegalArgumentException if they are too few or too many
   */
  void check(byte[] bytes) {
    boolean possible =
        switch (type) {
          case LONG -> bytes.length == Long.BYTES;
          case STRING -> bytes.length >= 1 && bytes.length <= Limits.ID_BYTES_MAX;
          case UUID -> bytes.length == 2 * Long.BYTES;
        };
    if (!possible) {
      throw new IllegalArgumentException("%s id of %d bytes".formatted(type, bytes.length));
    }
  }

  /**
   * The id of some bytes that {@link #encode} made.
   *
   * @throws IllegalArgumentException if they are too few or too many, or are to be text and are not
   */
  RecordId decode(byte[] bytes) {
    check(bytes);
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    return switch (type) {
      case LONG -> RecordId.of(buffer.getLong());
      case STRING -> RecordId.of(Utf8.decode(bytes));
      case UUID -> RecordId.of(new UUID(buffer.getLong(), buffer.getLong()));
    };
  }
}
