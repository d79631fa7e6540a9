package dev.sagitta.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sagitta.InvalidInputException;
import dev.sagitta.Limits;
import dev.sagitta.Payload;
import dev.sagitta.Payload.Value;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

final class PayloadCodecTest {
  private static final HexFormat HEX = HexFormat.of();

  /** Any payload. */
  private static Payload payload(long seed) {
    Random random = new Random(seed);
    Payload.Builder builder = Payload.builder();
    for (int i = random.nextInt(8); i > 0; i--) {
      builder.put(i + text(random), value(random));
    }
    return builder.build();
  }

  private static Value value(Random random) {
    return switch (random.nextInt(7)) {
      case 0 -> new Value.OfString(text(random));
      case 1 -> new Value.OfLong(random.nextLong());
      case 2 -> new Value.OfDouble(Double.longBitsToDouble(random.nextLong()));
      case 3 -> new Value.OfBoolean(random.nextBoolean());
      case 4 ->
          new Value.OfInstant(
              Instant.ofEpochSecond(
                  random.nextLong(Instant.MIN.getEpochSecond(), Instant.MAX.getEpochSecond()),
                  random.nextInt(1_000_000_000)));
      case 5 -> {
        List<String> texts = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
          texts.add(text(random));
        }
        yield new Value.OfStrings(texts);
      }
      default -> {
        byte[] bytes = new byte[random.nextInt(20)];
        random.nextBytes(bytes);
        yield new Value.OfBytes(bytes);
      }
    };
  }

  private static String text(Random random) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(10); i > 0; i--) {
      int point = random.nextInt(0x11_0000);
      text.appendCodePoint(point >= 0xD800 && point < 0xE000 ? 'x' : point);
    }
    return text.toString();
  }

  @Property
  void readsBackWhatItWrote(@ForAll long seed) {
    Payload payload = payload(seed);
    Payload read = PayloadCodec.decode(PayloadCodec.encode(payload));
    assertEquals(payload, read);
    assertEquals(List.copyOf(payload.keys()), List.copyOf(read.keys()), "in the same order");
  }

  @Test
  void keepsTheBitsOfDoubles() {
    double[] odd = {-0.0, Double.longBitsToDouble(0x7ff8_0000_dead_beefL), Double.MIN_VALUE};
    for (double number : odd) {
      Payload read = PayloadCodec.decode(PayloadCodec.encode(Payload.of("d", number)));
      assertEquals(
          Double.doubleToRawLongBits(number),
          Double.doubleToRawLongBits(read.getDouble("d").orElseThrow()));
    }
  }

  /** The bytes are in files, so they must stay what they are. */
  @Test
  void writesTheBytesOfTheFormat() {
    assertEquals("", HEX.formatHex(PayloadCodec.encode(Payload.empty())));
    Payload payload =
        Payload.builder()
            .put("s", "é")
            .put("l", 258L)
            .put("d", 1.5)
            .put("b", true)
            .put("i", Instant.ofEpochSecond(-1, 7))
            .put("t", List.of("x", ""))
            .put("y", new byte[] {5})
            .build();
    assertEquals(
        "0007"
            + "0000000173"
            + "01"
            + "00000002c3a9"
            + "000000016c"
            + "02"
            + "0000000000000102"
            + "0000000164"
            + "03"
            + "3ff8000000000000"
            + "0000000162"
            + "04"
            + "01"
            + "0000000169"
            + "05"
            + "ffffffffffffffff"
            + "00000007"
            + "0000000174"
            + "06"
            + "00000002"
            + "0000000178"
            + "00000000"
            + "0000000179"
            + "07"
            + "00000001"
            + "05",
        HEX.formatHex(PayloadCodec.encode(payload)));
  }

  @Test
  void refusesPayloadsThatAreTooLarge() {
    // Beside the bytes: count 2, key 4 + 1, type 1, length 4.
    int bytesMax = Limits.PAYLOAD_BYTES_MAX - 12;
    assertEquals(
        Limits.PAYLOAD_BYTES_MAX, PayloadCodec.encode(Payload.of("b", new byte[bytesMax])).length);
    Payload large = Payload.of("b", new byte[bytesMax + 1]);
    assertEquals(
        "payload has more than the 1048576 bytes allowed",
        assertThrows(InvalidInputException.class, () -> PayloadCodec.encode(large)).getMessage());
  }

  private static void assertMalformed(byte[] bytes) {
    assertEquals(
        "payload of " + bytes.length + " bytes is malformed",
        assertThrows(IllegalArgumentException.class, () -> PayloadCodec.decode(bytes))
            .getMessage());
  }

  @Property
  void refusesEveryPayloadThatIsCutOrTooLong(@ForAll long seed, @ForAll long cut) {
    byte[] bytes = PayloadCodec.encode(payload(seed));
    if (bytes.length > 0) {
      int length = 1 + (int) Math.floorMod(cut, bytes.length - 1L);
      assertMalformed(Arrays.copyOf(bytes, length));
      assertMalformed(Arrays.copyOf(bytes, bytes.length + 1));
    }
  }

  @Property
  void neverFailsOtherwiseOnAnyBytes(@ForAll long seed, @ForAll @Size(max = 10) byte[] noise) {
    byte[] bytes = PayloadCodec.encode(payload(seed));
    for (int i = 0; i < noise.length && bytes.length > 0; i++) {
      bytes[Math.floorMod(noise[i] * 31 + i, bytes.length)] = noise[i];
    }
    try {
      assertEquals(bytes.length == 0, PayloadCodec.decode(bytes).isEmpty() && bytes.length < 2);
    } catch (IllegalArgumentException refused) {
      assertEquals("payload of " + bytes.length + " bytes is malformed", refused.getMessage());
    }
  }

  @Test
  void refusesValuesThatItCannotHaveWritten() {
    String key = "0001" + "000000016b";
    assertMalformed(HEX.parseHex(key + "08"));
    assertMalformed(HEX.parseHex(key + "04" + "02"));
    assertMalformed(HEX.parseHex(key + "01" + "ffffffff"));
    assertMalformed(HEX.parseHex(key + "01" + "00000002" + "41"));
    assertMalformed(HEX.parseHex(key + "05" + "7fffffffffffffff" + "00000000"));
    assertMalformed(HEX.parseHex(key + "06" + "ffffffff"));
    assertMalformed(HEX.parseHex(key + "06" + "7fffffff"));
    assertMalformed(HEX.parseHex(key + "07" + "7fffffff"));
    assertMalformed(HEX.parseHex("0001" + "00000000" + "0401"));
    assertMalformed(HEX.parseHex("0002" + "000000016b" + "0401" + "000000016b" + "0401"));
    assertArrayEquals(
        new byte[] {0x41},
        PayloadCodec.decode(HEX.parseHex(key + "07" + "00000001" + "41")).getBytes("k").get());
  }
}
