package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

final class RecordIdTest {
  @Test
  void givesItsValue() {
    UUID uuid = new UUID(1, 2);
    assertEquals(5, RecordId.of(5).asLong());
    assertEquals("five", RecordId.of("five").asString());
    assertEquals(uuid, RecordId.of(uuid).asUuid());
  }

  @Test
  void showsItsPlainValue() {
    UUID uuid = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
    assertEquals("-5", RecordId.of(-5).toString());
    assertEquals("doc-1", RecordId.of("doc-1").toString());
    assertEquals("00112233-4455-6677-8899-aabbccddeeff", RecordId.of(uuid).toString());
    assertEquals(IdType.LONG, RecordId.of(1).type());
    assertEquals(IdType.STRING, RecordId.of("1").type());
    assertEquals(IdType.UUID, RecordId.of(uuid).type());
  }

  @Test
  void isEqualByKindAndValue() {
    assertEquals(RecordId.of("a"), RecordId.of("a"));
    assertEquals(RecordId.of("a").hashCode(), RecordId.of("a").hashCode());
    assertNotEquals(RecordId.of("1"), RecordId.of(1));
    assertNotEquals(RecordId.of(1), RecordId.of(2));
  }

  @Property
  void ordersLongsAsNumbers(@ForAll long a, @ForAll long b) {
    assertEquals(
        Integer.signum(Long.compare(a, b)),
        Integer.signum(RecordId.of(a).compareTo(RecordId.of(b))));
  }

  @Property(edgeCases = EdgeCasesMode.NONE)
  void ordersUuidsByTheirUnsignedBits(
      @ForAll long highA, @ForAll long lowA, @ForAll long highB, @ForAll long lowB) {
    UUID a = new UUID(highA, lowA);
    UUID b = new UUID(highB, lowB);
    assertEquals(
        Integer.signum(bits(a).compareTo(bits(b))),
        Integer.signum(RecordId.of(a).compareTo(RecordId.of(b))));
    UUID near = new UUID(highA, lowB);
    assertEquals(
        Integer.signum(bits(a).compareTo(bits(near))),
        Integer.signum(RecordId.of(a).compareTo(RecordId.of(near))));
  }

  private static BigInteger bits(UUID uuid) {
    return new BigInteger(uuid.toString().replace("-", ""), 16);
  }

  @Property
  void ordersStringsByCodePoints(
      @ForAll @StringLength(min = 1, max = 8) @CharRange(from = 'a', to = '\uD7FF') String a,
      @ForAll @StringLength(min = 1, max = 8) @CharRange(from = 'a', to = '\uD7FF') String b) {
    // The order of UTF-8 bytes is that of code points; here each is one char.
    assertEquals(
        Integer.signum(a.compareTo(b)), Integer.signum(RecordId.of(a).compareTo(RecordId.of(b))));
  }

  @Test
  void ordersCharactersBeyondTheBasicPlaneLast() {
    // As chars a surrogate, D83C, would come before FFFD.
    assertTrue(RecordId.of("\uFFFD").compareTo(RecordId.of("\uD83C\uDFF9")) < 0);
  }

  @Test
  void ordersDifferentKindsByKind() {
    List<RecordId> ids =
        new ArrayList<>(
            List.of(RecordId.of(new UUID(0, 0)), RecordId.of(Long.MAX_VALUE), RecordId.of("a")));
    Collections.sort(ids);
    assertEquals(
        List.of(IdType.LONG, IdType.STRING, IdType.UUID),
        ids.stream().map(RecordId::type).toList());
  }

  @Test
  void takesStringsUpToTheLimitInBytes() {
    assertEquals(1_024, RecordId.of("a".repeat(1_024)).toString().length());
    assertEquals(512, RecordId.of("é".repeat(512)).toString().length());
    assertEquals(342, RecordId.of("€".repeat(341) + "b").toString().length());
    assertEquals(512, RecordId.of("\uD83C\uDFF9".repeat(256)).toString().length());
  }
}
