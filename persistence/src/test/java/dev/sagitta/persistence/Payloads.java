package dev.sagitta.persistence;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/** Bytes for tests that depend on a seed alone. Stateless. */
final class Payloads {

  private Payloads() {}

  /** So many bytes that no other seed gives. */
  static byte[] of(long seed, int bytes) {
    byte[] payload = new byte[bytes];
    new SplittableRandom(seed).nextBytes(payload);
    return payload;
  }

  /** The remaining bytes of a buffer, whose position stays. */
  static byte[] copy(ByteBuffer source) {
    byte[] bytes = new byte[source.remaining()];
    source.get(source.position(), bytes);
    return bytes;
  }
}
