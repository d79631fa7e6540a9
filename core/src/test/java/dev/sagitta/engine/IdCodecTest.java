package dev.sagitta.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sagitta.IdType;
import dev.sagitta.InvalidInputException;
import dev.sagitta.RecordId;
import java.util.HexFormat;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

final class IdCodecTest {
  private static final UUID SAMPLE = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");

  @Property
  void readsLongsBack(@ForAll long value) {
    IdCodec codec = new IdCodec(IdType.LONG);
    assertEquals(RecordId.of(value), codec.decode(codec.encode(RecordId.of(value))));
  }

  @Property
  void readsStringsBack(
      @ForAll @StringLength(min = 1, max = 300) @CharRange(from = '\u0000', to = '\uD7FF')
          String value) {
    IdCodec codec = new IdCodec(IdType.STRING);
    assertEquals(RecordId.of(value), codec.decode(codec.encode(RecordId.of(value))));
  }

  @Test
  void readsCharactersBeyondTheBasicPlaneBack() {
    IdCodec codec = new IdCodec(IdType.STRING);
    RecordId id = RecordId.of("\uD83C\uDFF9");
    assertEquals(4, codec.encode(id).length);
    assertEquals(id, codec.decode(codec.encode(id)));
  }

  @Property
  void readsUuidsBack(@ForAll long high, @ForAll long low) {
    IdCodec codec = new IdCodec(IdType.UUID);
    RecordId id = RecordId.of(new UUID(high, low));
    assertEquals(id, codec.decode(codec.encode(id)));
  }

  /** The bytes are in files, so they must stay what they are. */
  @Test
  void writesTheBytesOfTheFormat() {
    HexFormat hex = HexFormat.of();
    assertArrayEquals(
        hex.parseHex("fffffffffffffffe"), new IdCodec(IdType.LONG).encode(RecordId.of(-2)));
    assertArrayEquals(hex.parseHex("61c3a9"), new IdCodec(IdType.STRING).encode(RecordId.of("aé")));
    assertArrayEquals(
        hex.parseHex("00112233445566778899aabbccddeeff"),
        new IdCodec(IdType.UUID).encode(RecordId.of(SAMPLE)));
  }

  @Test
  void refusesBytesThatItCannotHaveMade() {
    for (int length : new int[] {0, 7, 9, 16}) {
      assertRefused("LONG id of %d bytes", IdType.LONG, length);
    }
    for (int length : new int[] {0, 8, 15, 17}) {
      assertRefused("UUID id of %d bytes", IdType.UUID, length);
    }
    assertRefused("STRING id of %d bytes", IdType.STRING, 0);
    assertRefused("STRING id of %d bytes", IdType.STRING, 1_025);
    byte[] latin1 = {'a', (byte) 0xE9};
    assertEquals(
        "2 bytes are not UTF-8",
        assertThrows(
                IllegalArgumentException.class, () -> new IdCodec(IdType.STRING).decode(latin1))
            .getMessage());
    RecordId replacement = RecordId.of("\uFFFD");
    IdCodec codec = new IdCodec(IdType.STRING);
    assertEquals(replacement, codec.decode(codec.encode(replacement)));
  }

  private static void assertRefused(String message, IdType type, int length) {
    assertEquals(
        message.formatted(length),
        assertThrows(
                IllegalArgumentException.class, () -> new IdCodec(type).decode(new byte[length]))
            .getMessage());
  }

  @Test
  void refusesIdsOfAnotherKind() {
    for (RecordId id : new RecordId[] {RecordId.of(5), RecordId.of("five"), RecordId.of(SAMPLE)}) {
      for (IdType type : IdType.values()) {
        if (type != id.type()) {
          assertEquals(
              "id " + id + " is of kind " + id.type() + "; the collection's ids are " + type,
              assertThrows(InvalidInputException.class, () -> new IdCodec(type).encode(id))
                  .getMessage());
        }
      }
    }
  }
}
