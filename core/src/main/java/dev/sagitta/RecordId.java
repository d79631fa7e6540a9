package dev.sagitta;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.UUID;

/**
 * A record's id: a long, a string or a UUID. {@code toString()} is the plain value.
 *
 * <p>Ids of one kind are ordered (longs as signed numbers, UUIDs by their unsigned bits, strings by
 * their UTF-8 bytes); ids of different kinds are ordered by kind. Hits at the same distance come in
 * this order.
 */
public sealed interface RecordId extends Comparable<RecordId> {

  /** The kind of this id. */
  IdType type();

  /**
   * The value of a LONG id.
   *
   * @throws InvalidInputException if it is of another kind
   */
  default long asLong() {
    if (this instanceof OfLong(long value)) {
      return value;
    }
    throw isNot(IdType.LONG);
  }

  /**
   * The value of a STRING id.
   *
   * @throws InvalidInputException if it is of another kind
   */
  default String asString() {
    if (this instanceof OfString(String value)) {
      return value;
    }
    throw isNot(IdType.STRING);
  }

  /**
   * The value of a UUID id.
   *
   * @throws InvalidInputException if it is of another kind
   */
  default UUID asUuid() {
    if (this instanceof OfUuid(UUID value)) {
      return value;
    }
    throw isNot(IdType.UUID);
  }

  private InvalidInputException isNot(IdType wanted) {
    return new InvalidInputException("id %s is of kind %s, not %s".formatted(this, type(), wanted));
  }

  /** A LONG id. */
  static RecordId of(long value) {
    return new OfLong(value);
  }

  /**
   * A STRING id.
   *
   * @throws InvalidInputException if it is empty, has an unpaired surrogate, or is longer than
   *     {@link Limits#ID_BYTES_MAX} UTF-8 bytes
   */
  static RecordId of(String value) {
    return new OfString(value);
  }

  /** A UUID id. */
  static RecordId of(UUID value) {
    return new OfUuid(value);
  }

  @Override
  default int compareTo(RecordId other) {
    return switch (this) {
      case OfLong(long a) when other instanceof OfLong(long b) -> Long.compare(a, b);
      case OfString(String a) when other instanceof OfString(String b) ->
          Arrays.compareUnsigned(
              a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
      case OfUuid(UUID a) when other instanceof OfUuid(UUID b) -> compareUnsigned(a, b);
      default -> type().compareTo(other.type());
    };
  }

  private static int compareUnsigned(UUID a, UUID b) {
    int high = Long.compareUnsigned(a.getMostSignificantBits(), b.getMostSignificantBits());
    return high != 0
        ? high
        : Long.compareUnsigned(a.getLeastSignificantBits(), b.getLeastSignificantBits());
  }

  /** A LONG id. */
  record OfLong(long value) implements RecordId {
    @Override
    public IdType type() {
      return IdType.LONG;
    }

    @Override
    public String toString() {
      return Long.toString(value);
    }
  }

  /** A STRING id; see {@link RecordId#of(String)} for what it may hold. */
  record OfString(String value) implements RecordId {
    /** Checks the text. */
    public OfString {
      Texts.check("id", value, 1, Limits.ID_BYTES_MAX);
    }

    @Override
    public IdType type() {
      return IdType.STRING;
    }

    @Override
    public String toString() {
      return value;
    }
  }

  /** A UUID id. */
  record OfUuid(UUID value) implements RecordId {
    /** Refuses null. */
    public OfUuid {
      Inputs.notNull("id", value);
    }

    @Override
    public IdType type() {
      return IdType.UUID;
    }

    @Override
    public String toString() {
      return value.toString();
    }
  }
}
