package dev.sagitta.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.UUID;
import org.junit.jupiter.api.Test;

final class IdHashTest {
  /** The example of the paper, appendix A: key and message count up from zero. */
  @Test
  void isSipHash24() {
    byte[] message = new byte[15];
    for (int i = 0; i < message.length; i++) {
      message[i] = (byte) i;
    }
    IdHash hash = new IdHash(0x0706050403020100L, 0x0f0e0d0c0b0a0908L);
    assertEquals(0xa129ca6149be45e5L, hash.sipHash(message));
    assertEquals(0x49be45e5, hash.of(message));
  }

  @Test
  void dependsOnTheStore() {
    byte[] id = CollectionParts.bytes("id");
    assertNotEquals(new IdHash(new UUID(1, 2)).of(id), new IdHash(new UUID(1, 3)).of(id));
    assertNotEquals(new IdHash(new UUID(1, 2)).of(id), new IdHash(new UUID(0, 2)).of(id));
  }

  @Test
  void dependsOnTheLength() {
    IdHash hash = new IdHash(new UUID(1, 2));
    assertNotEquals(hash.of(new byte[7]), hash.of(new byte[8]));
    assertNotEquals(hash.of(new byte[0]), hash.of(new byte[1]));
  }
}
