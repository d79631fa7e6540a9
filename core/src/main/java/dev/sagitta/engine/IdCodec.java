package dev.sagitta.engine;

import dev.sagitta.IdType;
import dev.sagitta.InvalidInputException;
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
      case RecordId.OfLong(long value) -> ByteBuffer.allocate(8).putLong(value).array();
      case RecordId.OfString(String value) -> value.getBytes(StandardCharsets.UTF_8);
      case RecordId.OfUuid(UUID value) ->
          ByteBuffer.allocate(16)
              .putLong(value.getMostSignificantBits())
              .putLong(value.getLeastSignificantBits())
              .array();
    };
  }

  /** The id of some bytes that {@link #encode} made. */
  RecordId decode(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    return switch (type) {
      case LONG -> RecordId.of(buffer.getLong());
      case STRING -> RecordId.of(new String(bytes, StandardCharsets.UTF_8));
      case UUID -> RecordId.of(new UUID(buffer.getLong(), buffer.getLong()));
    };
  }
}
