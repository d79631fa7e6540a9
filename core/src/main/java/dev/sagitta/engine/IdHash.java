package dev.sagitta.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.UUID;

/**
 * The 32-bit hash of an id that the slot table keeps: the low half of SipHash-2-4 under the store's
 * id, so that whoever chooses ids cannot choose many of one hash (Aumasson and Bernstein 2012,
 * "SipHash: a fast short-input PRF"). Immutable.
 */
final class IdHash {
  private static final VarHandle WORD =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final long key0;
  private final long key1;

  IdHash(UUID storeId) {
    this(storeId.getMostSignificantBits(), storeId.getLeastSignificantBits());
  }

  /** SipHash under a key of two little-endian words. */
  IdHash(long key0, long key1) {
    this.key0 = key0;
    this.key1 = key1;
  }

  /** The hash of an id. */
  int of(byte[] id) {
    return (int) sipHash(id);
  }

  /** SipHash-2-4 of some bytes. */
  long sipHash(byte[] bytes) {
    State state = new State();
    int whole = bytes.length & -Long.BYTES;
    for (int at = 0; at < whole; at += Long.BYTES) {
      state.take((long) WORD.get(bytes, at));
    }
    long last = (long) bytes.length << 56;
    for (int at = whole; at < bytes.length; at++) {
      last |= (bytes[at] & 0xFFL) << (8 * (at - whole));
    }
    state.take(last);
    return state.end();
  }

  /** The four words that the algorithm stirs; the compiler keeps them in registers. */
  private final class State {
    private long v0 = key0 ^ 0x736f6d6570736575L;
    private long v1 = key1 ^ 0x646f72616e646f6dL;
    private long v2 = key0 ^ 0x6c7967656e657261L;
    private long v3 = key1 ^ 0x7465646279746573L;

    void take(long word) {
      v3 ^= word;
      round();
      round();
      v0 ^= word;
    }

    long end() {
      v2 ^= 0xFF;
      for (int i = 0; i < 4; i++) {
        round();
      }
      return v0 ^ v1 ^ v2 ^ v3;
    }

    private void round() {
      v0 += v1;
      v2 += v3;
      v1 = Long.rotateLeft(v1, 13) ^ v0;
      v3 = Long.rotateLeft(v3, 16) ^ v2;
      v0 = Long.rotateLeft(v0, 32);
      v2 += v1;
      v0 += v3;
      v1 = Long.rotateLeft(v1, 17) ^ v2;
      v3 = Long.rotateLeft(v3, 21) ^ v0;
      v2 = Long.rotateLeft(v2, 32);
    }
  }
}
