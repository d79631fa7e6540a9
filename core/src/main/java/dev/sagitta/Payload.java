package dev.sagitta;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * What a record carries beside its vector: typed values under string keys, in the order given.
 * Immutable; arrays are copied on the way in and out.
 *
 * <p>A getter answers empty when the key is absent, and fails with {@link InvalidInputException}
 * when the value under it is of another type.
 */
public final class Payload {
  private static final String STRING = "a string";
  private static final String LONG = "a long";
  private static final String DOUBLE = "a double";
  private static final String BOOLEAN = "a boolean";
  private static final String INSTANT = "an instant";
  private static final String STRINGS = "a list of strings";
  private static final String BYTES = "bytes";

  private static final Payload EMPTY = new Payload(Map.of());

  private final Map<String, Value> values;

  private Payload(Map<String, Value> values) {
    this.values = values;
  }

  /** One typed value; {@code toString()} is the plain value. */
  public sealed interface Value {
    /** A string. */
    record OfString(String value) implements Value {
      /** Checks that the text can be stored. */
      public OfString {
        Texts.check("payload string", value, 0, Limits.PAYLOAD_BYTES_MAX);
      }

      @Override
      public String toString() {
        return value;
      }
    }

    /** A 64-bit integer. */
    record OfLong(long value) implements Value {
      @Override
      public String toString() {
        return String.valueOf(value);
      }
    }

    /** A float64, kept bit for bit. */
    record OfDouble(double value) implements Value {
      @Override
      public String toString() {
        return String.valueOf(value);
      }
    }

    /** A boolean. */
    record OfBoolean(boolean value) implements Value {
      @Override
      public String toString() {
        return String.valueOf(value);
      }
    }

    /** A point in time, to the nanosecond. */
    record OfInstant(Instant value) implements Value {
      /** Refuses null. */
      public OfInstant {
        Inputs.notNull("payload instant", value);
      }

      @Override
      public String toString() {
        return value.toString();
      }
    }

    /** A list of strings. */
    record OfStrings(List<String> value) implements Value {
      /** Copies the list and checks that its texts can be stored. */
      public OfStrings {
        Inputs.notNull("payload list", value);
        value = Collections.unmodifiableList(new ArrayList<>(value));
        value.forEach(text -> Texts.check("payload string", text, 0, Limits.PAYLOAD_BYTES_MAX));
      }

      @Override
      public String toString() {
        return value.toString();
      }
    }

    /** Bytes. */
    @SuppressWarnings("ArrayRecordComponent") // copied in and out, compared by content
    record OfBytes(byte[] value) implements Value {
      /** Copies the array. */
      public OfBytes {
        value = Inputs.notNull("payload bytes", value).clone();
      }

      /** A copy of the bytes. */
      @Override
      public byte[] value() {
        return value.clone();
      }

      @Override
      public boolean equals(Object other) {
        return other instanceof OfBytes that && Arrays.equals(value, that.value);
      }

      @Override
      public int hashCode() {
        return Arrays.hashCode(value);
      }

      @Override
      public String toString() {
        return value.length + " bytes";
      }
    }
  }

  /** A payload without entries. */
  public static Payload empty() {
    return EMPTY;
  }

  /** A payload of one entry; see {@link Builder#put} for the types of values. */
  public static Payload of(String key, Object value) {
    return builder().put(key, value).build();
  }

  /** A payload of two entries; see {@link Builder#put} for the types of values. */
  public static Payload of(String key1, Object value1, String key2, Object value2) {
    return builder().put(key1, value1).put(key2, value2).build();
  }

  /** A payload of three entries; see {@link Builder#put} for the types of values. */
  public static Payload of(
      String key1, Object value1, String key2, Object value2, String key3, Object value3) {
    return builder().put(key1, value1).put(key2, value2).put(key3, value3).build();
  }

  /** Starts an empty payload. */
  public static Builder builder() {
    return new Builder();
  }

  /** The keys, in order. */
  public Set<String> keys() {
    return values.keySet();
  }

  /** All entries, in order. */
  public Map<String, Value> entries() {
    return values;
  }

  /** Whether there is no entry. */
  public boolean isEmpty() {
    return values.isEmpty();
  }

  /** The string under a key. */
  public Optional<String> getString(String key) {
    return get(key, STRING, Value.OfString.class, Value.OfString::value);
  }

  /** The long under a key. */
  public Optional<Long> getLong(String key) {
    return get(key, LONG, Value.OfLong.class, Value.OfLong::value);
  }

  /** The double under a key. */
  public Optional<Double> getDouble(String key) {
    return get(key, DOUBLE, Value.OfDouble.class, Value.OfDouble::value);
  }

  /** The boolean under a key. */
  public Optional<Boolean> getBoolean(String key) {
    return get(key, BOOLEAN, Value.OfBoolean.class, Value.OfBoolean::value);
  }

  /** The instant under a key. */
  public Optional<Instant> getInstant(String key) {
    return get(key, INSTANT, Value.OfInstant.class, Value.OfInstant::value);
  }

  /** The list of strings under a key. */
  public Optional<List<String>> getStrings(String key) {
    return get(key, STRINGS, Value.OfStrings.class, Value.OfStrings::value);
  }

  /** A copy of the bytes under a key. */
  public Optional<byte[]> getBytes(String key) {
    return get(key, BYTES, Value.OfBytes.class, Value.OfBytes::value);
  }

  /** What messages call a value. */
  private static String kind(Value value) {
    return switch (value) {
      case Value.OfString text -> STRING;
      case Value.OfLong number -> LONG;
      case Value.OfDouble number -> DOUBLE;
      case Value.OfBoolean flag -> BOOLEAN;
      case Value.OfInstant instant -> INSTANT;
      case Value.OfStrings texts -> STRINGS;
      case Value.OfBytes bytes -> BYTES;
    };
  }

  private <V extends Value, T> Optional<T> get(
      String key, String wanted, Class<V> type, Function<V, T> unwrap) {
    Value value = values.get(key);
    if (value == null) {
      return Optional.empty();
    }
    if (!type.isInstance(value)) {
      throw new InvalidInputException(
          "payload key \"%s\" holds %s, not %s".formatted(key, kind(value), wanted));
    }
    return Optional.of(unwrap.apply(type.cast(value)));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Payload that
        && List.copyOf(values.entrySet()).equals(List.copyOf(that.values.entrySet()));
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  @Override
  public String toString() {
    return values.toString();
  }

  /** Collects entries. Not thread-safe. */
  public static final class Builder {
    private final Map<String, Value> values = new LinkedHashMap<>();

    private Builder() {}

    /** Adds a string. */
    public Builder put(String key, String value) {
      return add(key, new Value.OfString(value));
    }

    /** Adds a long. */
    public Builder put(String key, long value) {
      return add(key, new Value.OfLong(value));
    }

    /** Adds a character as a string of one character. */
    public Builder put(String key, char value) {
      return put(key, String.valueOf(value));
    }

    /** Adds a double. */
    public Builder put(String key, double value) {
      return add(key, new Value.OfDouble(value));
    }

    /** Adds a boolean. */
    public Builder put(String key, boolean value) {
      return add(key, new Value.OfBoolean(value));
    }

    /** Adds an instant. */
    public Builder put(String key, Instant value) {
      return add(key, new Value.OfInstant(value));
    }

    /** Adds a list of strings; copied. */
    public Builder put(String key, List<String> value) {
      return add(key, new Value.OfStrings(value));
    }

    /** Adds bytes; copied. */
    public Builder put(String key, byte[] value) {
      return add(key, new Value.OfBytes(value));
    }

    /** Adds a value as it is. */
    public Builder put(String key, Value value) {
      return add(key, value);
    }

    /**
     * Adds a value whose type is known at run time only: String, Long, Integer, Short, Byte,
     * Double, Float, Boolean, Instant, List of String, byte[] or {@link Value}; integers become
     * longs and floats doubles, both without loss.
     *
     * @throws InvalidInputException for any other type
     */
    public Builder put(String key, Object value) {
      return switch (Inputs.notNull("payload value", value)) {
        case String text -> put(key, text);
        case Long number -> put(key, number.longValue());
        case Integer number -> put(key, number.longValue());
        case Short number -> put(key, number.longValue());
        case Byte number -> put(key, number.longValue());
        case Double number -> put(key, number.doubleValue());
        case Float number -> put(key, number.doubleValue());
        case Boolean flag -> put(key, flag.booleanValue());
        case Instant instant -> put(key, instant);
        case byte[] bytes -> put(key, bytes);
        case Value typed -> put(key, typed);
        case List<?> list -> put(key, strings(key, list));
        default ->
            throw new InvalidInputException(
                "payload key \"%s\" has a value of %s; allowed are String, Long, Double, Boolean,"
                        .formatted(key, value.getClass().getName())
                    + " Instant, List of String and byte[]");
      };
    }

    private static List<String> strings(String key, List<?> list) {
      List<String> strings = new ArrayList<>(list.size());
      for (Object element : list) {
        if (!(Inputs.notNull("payload string", element) instanceof String text)) {
          throw new InvalidInputException(
              "payload key \"%s\" has a list with a %s; lists hold strings only"
                  .formatted(key, element.getClass().getName()));
        }
        strings.add(text);
      }
      return strings;
    }

    private Builder add(String key, Value value) {
      Inputs.notNull("payload value", value);
      Texts.check("payload key", key, 1, Limits.PAYLOAD_KEY_BYTES_MAX);
      if (values.containsKey(key)) {
        throw new InvalidInputException("payload key \"%s\" is given twice".formatted(key));
      }
      if (values.size() == Limits.PAYLOAD_ENTRIES_MAX) {
        throw new InvalidInputException(
            "payload has more than %d entries".formatted(Limits.PAYLOAD_ENTRIES_MAX));
      }
      values.put(key, value);
      return this;
    }

    /** The payload. */
    public Payload build() {
      return values.isEmpty()
          ? EMPTY
          : new Payload(Collections.unmodifiableMap(new LinkedHashMap<>(values)));
    }
  }
}
