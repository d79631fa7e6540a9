package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.Payload.Value;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class PayloadTest {
  private static final Instant NOW = Instant.ofEpochSecond(1_700_000_000, 123_456_789);

  @Test
  void givesEveryTypeBack() {
    Payload payload =
        Payload.builder()
            .put("string", "text")
            .put("long", 7L)
            .put("double", 0.1)
            .put("boolean", true)
            .put("instant", NOW)
            .put("strings", List.of("a", "b"))
            .put("bytes", new byte[] {1, 2})
            .build();
    assertEquals(Optional.of("text"), payload.getString("string"));
    assertEquals(Optional.of(7L), payload.getLong("long"));
    assertEquals(Optional.of(0.1), payload.getDouble("double"));
    assertEquals(Optional.of(true), payload.getBoolean("boolean"));
    assertEquals(Optional.of(NOW), payload.getInstant("instant"));
    assertEquals(Optional.of(List.of("a", "b")), payload.getStrings("strings"));
    assertArrayEquals(new byte[] {1, 2}, payload.getBytes("bytes").orElseThrow());
    assertEquals(
        List.of("string", "long", "double", "boolean", "instant", "strings", "bytes"),
        List.copyOf(payload.keys()));
    assertEquals(new Value.OfLong(7), payload.entries().get("long"));
  }

  @Test
  void takesTypesThatAreKnownAtRunTimeOnly() {
    Object[] values = {
      "text",
      7L,
      7,
      (short) 7,
      (byte) 7,
      0.5,
      0.5f,
      true,
      NOW,
      List.of("a"),
      new byte[] {1},
      new Value.OfLong(7)
    };
    Value[] expected = {
      new Value.OfString("text"),
      new Value.OfLong(7),
      new Value.OfLong(7),
      new Value.OfLong(7),
      new Value.OfLong(7),
      new Value.OfDouble(0.5),
      new Value.OfDouble(0.5),
      new Value.OfBoolean(true),
      new Value.OfInstant(NOW),
      new Value.OfStrings(List.of("a")),
      new Value.OfBytes(new byte[] {1}),
      new Value.OfLong(7)
    };
    for (int i = 0; i < values.length; i++) {
      assertEquals(expected[i], Payload.of("k", values[i]).entries().get("k"));
    }
  }

  @Test
  void hasShortFormsForAFewEntries() {
    Payload two = Payload.of("lang", "fr", "year", 2025L);
    assertEquals(Payload.builder().put("lang", "fr").put("year", 2025).build(), two);
    Payload three = Payload.of("lang", "fr", "year", 2025L, "open", true);
    assertEquals(List.of("lang", "year", "open"), List.copyOf(three.keys()));
  }

  @Test
  void answersEmptyForAnAbsentKey() {
    Payload payload = Payload.of("a", 1L);
    assertEquals(Optional.empty(), payload.getString("b"));
    assertEquals(Optional.empty(), payload.getLong("b"));
    assertEquals(Optional.empty(), payload.getDouble("b"));
    assertEquals(Optional.empty(), payload.getBoolean("b"));
    assertEquals(Optional.empty(), payload.getInstant("b"));
    assertEquals(Optional.empty(), payload.getStrings("b"));
    assertEquals(Optional.empty(), payload.getBytes("b"));
    assertTrue(Payload.empty().isEmpty());
    assertEquals(Payload.empty(), Payload.builder().build());
  }

  @Test
  void copiesArraysAndListsInAndOut() {
    byte[] bytes = {1, 2};
    List<String> strings = new ArrayList<>(List.of("a"));
    Payload payload = Payload.builder().put("b", bytes).put("s", strings).build();
    bytes[0] = 9;
    strings.add("b");
    payload.getBytes("b").orElseThrow()[1] = 9;
    assertArrayEquals(new byte[] {1, 2}, payload.getBytes("b").orElseThrow());
    assertEquals(List.of("a"), payload.getStrings("s").orElseThrow());
    assertNotSame(payload.getBytes("b").orElseThrow(), payload.getBytes("b").orElseThrow());
  }

  @Test
  void doesNotFollowItsBuilder() {
    Payload.Builder builder = Payload.builder().put("a", 1);
    Payload payload = builder.build();
    builder.put("b", 2);
    assertEquals(List.of("a"), List.copyOf(payload.keys()));
  }

  @Test
  void cannotBeChanged() {
    for (Payload payload : List.of(Payload.empty(), Payload.of("a", 1L))) {
      Map<String, Value> entries = payload.entries();
      assertThrows(
          UnsupportedOperationException.class, () -> entries.put("b", new Value.OfLong(2)));
      assertThrows(UnsupportedOperationException.class, () -> payload.keys().add("b"));
    }
    assertThrows(UnsupportedOperationException.class, () -> Payload.of("a", 1L).entries().clear());
    List<String> strings = Payload.of("s", List.of("a")).getStrings("s").orElseThrow();
    assertThrows(UnsupportedOperationException.class, () -> strings.add("b"));
  }

  @Test
  void isEqualByEntriesAndTheirOrder() {
    Payload payload = Payload.of("a", 1L, "b", new byte[] {1});
    assertEquals(payload, Payload.of("a", 1L, "b", new byte[] {1}));
    assertEquals(payload.hashCode(), Payload.of("a", 1L, "b", new byte[] {1}).hashCode());
    assertNotEquals(payload, Payload.of("b", new byte[] {1}, "a", 1L));
    assertNotEquals(payload, Payload.of("a", 1L, "b", new byte[] {2}));
    assertNotEquals(Payload.of("a", 1L), Payload.of("a", 1.0));
    assertNotEquals(Payload.of("a", 0.0), Payload.of("a", -0.0));
    assertEquals(Payload.of("a", Double.NaN), Payload.of("a", Double.NaN));
  }

  @Test
  void showsItsEntries() {
    assertEquals("{}", Payload.empty().toString());
    assertEquals("{a=1, b=2 bytes}", Payload.of("a", 1L, "b", new byte[2]).toString());
  }
}
