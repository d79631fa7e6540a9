package dev.sagitta.engine;

import dev.sagitta.InvalidInputException;
import dev.sagitta.Limits;
import dev.sagitta.Payload;
import dev.sagitta.Payload.Value;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Payloads as bytes, in the order of their keys as given. The empty payload is zero bytes.
 *
 * <pre>
 * payload  int16 count, count x (text key, int8 type, value), big-endian
 * text     int32 bytes, UTF-8
 * value    1 text | 2 int64 | 3 float64 bits | 4 int8 0 or 1 | 5 int64 seconds, int32 nanos
 *          | 6 int32 count, count x text | 7 int32 bytes, bytes
 * </pre>
 */
final class PayloadCodec {
  private static final byte[] EMPTY = {};

  private PayloadCodec() {}

  /**
   * The bytes of a payload.
   *
   * @throws InvalidInputException if they are more than {@link Limits#PAYLOAD_BYTES_MAX}
   */
  static byte[] encode(Payload payload) {
    if (payload.isEmpty()) {
      return EMPTY;
    }
    BoundedOutput bytes = new BoundedOutput();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeShort(payload.entries().size());
      for (var entry : payload.entries().entrySet()) {
        writeText(out, entry.getKey());
        writeValue(out, entry.getValue());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** Collects bytes, and refuses those that are too many before it takes memory for them. */
  private static final class BoundedOutput extends OutputStream {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(128);

    @Override
    public void write(int value) {
      require(1);
      bytes.write(value);
    }

    @Override
    public void write(byte[] source, int offset, int length) {
      require(length);
      bytes.write(source, offset, length);
    }

    private void require(int more) {
      if (more > Limits.PAYLOAD_BYTES_MAX - bytes.size()) {
        throw new InvalidInputException(
            "payload has more than the %d bytes allowed".formatted(Limits.PAYLOAD_BYTES_MAX));
      }
    }

    byte[] toByteArray() {
      return bytes.toByteArray();
    }
  }

  private static void writeValue(DataOutputStream out, Value value) throws IOException {
    switch (value) {
      case Value.OfString(String text) -> {
        out.writeByte(1);
        writeText(out, text);
      }
      case Value.OfLong(long number) -> {
        out.writeByte(2);
        out.writeLong(number);
      }
      case Value.OfDouble(double number) -> {
        out.writeByte(3);
        out.writeLong(Double.doubleToRawLongBits(number));
      }
      case Value.OfBoolean(boolean flag) -> {
        out.writeByte(4);
        out.writeBoolean(flag);
      }
      case Value.OfInstant(Instant instant) -> {
        out.writeByte(5);
        out.writeLong(instant.getEpochSecond());
        out.writeInt(instant.getNano());
      }
      case Value.OfStrings(List<String> texts) -> {
        out.writeByte(6);
        out.writeInt(texts.size());
        for (String text : texts) {
          writeText(out, text);
        }
      }
      case Value.OfBytes binary -> {
        out.writeByte(7);
        out.writeInt(binary.value().length);
        out.write(binary.value());
      }
    }
  }

  /**
   * The payload of some bytes that {@link #encode} made.
   *
   * @throws IllegalArgumentException if the bytes are no payload
   */
  static Payload decode(byte[] bytes) {
    if (bytes.length == 0) {
      return Payload.empty();
    }
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      Payload.Builder payload = Payload.builder();
      int count = in.readUnsignedShort();
      for (int i = 0; i < count; i++) {
        payload.put(readText(in), readValue(in));
      }
      if (in.available() > 0) {
        throw new IOException(in.available() + " bytes follow the payload");
      }
      return payload.build();
    } catch (IOException | RuntimeException e) {
      throw new IllegalArgumentException("payload of " + bytes.length + " bytes is malformed", e);
    }
  }

  private static Value readValue(DataInputStream in) throws IOException {
    int type = in.readByte();
    return switch (type) {
      case 1 -> new Value.OfString(readText(in));
      case 2 -> new Value.OfLong(in.readLong());
      case 3 -> new Value.OfDouble(Double.longBitsToDouble(in.readLong()));
      case 4 -> new Value.OfBoolean(atMost(in.readByte(), 1) == 1);
      case 5 -> new Value.OfInstant(Instant.ofEpochSecond(in.readLong(), in.readInt()));
      case 6 -> {
        int count = atMost(in.readInt(), in.available() / Integer.BYTES);
        List<String> texts = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
          texts.add(readText(in));
        }
        yield new Value.OfStrings(texts);
      }
      case 7 -> new Value.OfBytes(readBytes(in));
      default -> throw new IOException("unknown type " + type);
    };
  }

  private static void writeText(DataOutputStream out, String text) throws IOException {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(utf8.length);
    out.write(utf8);
  }

  private static String readText(DataInputStream in) throws IOException {
    return Utf8.decode(readBytes(in));
  }

  private static byte[] readBytes(DataInputStream in) throws IOException {
    return in.readNBytes(atMost(in.readInt(), in.available()));
  }

  /** Refuses a number that is negative or larger than what there can be. */
  private static int atMost(int number, int max) throws IOException {
    if (number < 0 || number > max) {
      throw new IOException("%d, at most %d is possible".formatted(number, max));
    }
    return number;
  }
}
