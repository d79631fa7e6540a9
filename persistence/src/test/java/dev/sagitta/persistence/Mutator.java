package dev.sagitta.persistence;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Spoils valid bytes as damage or a wrong writer might: sets fields to the values at which checks
 * fail, and cuts, repeats, swaps and moves the entries that the bytes are made of. The same seed
 * spoils the same bytes in the same way. Not thread-safe.
 */
public final class Mutator {

  private static final int CHANGES_MAX = 3;

  private final SplittableRandom random;
  private final ByteOrder order;

  /** A mutator of fields in a byte order. */
  public Mutator(long seed, ByteOrder order) {
    this.random = new SplittableRandom(seed);
    this.order = order;
  }

  /**
   * Spoils a copy of the bytes in one to three ways.
   *
   * @param alignment offsets of fields are multiples of it
   * @param entries where entries begin, ascending; the last one ends with the bytes
   */
  public byte[] mutate(byte[] valid, int alignment, int... entries) {
    byte[] bytes = valid.clone();
    int changes = 1 + random.nextInt(CHANGES_MAX);
    for (int i = 0; i < changes; i++) {
      if (entries.length > 0 && i == changes - 1 && random.nextInt(3) == 0) {
        // The last change, because entries do not begin where they did afterwards.
        return moveEntries(bytes, entries);
      }
      changeField(bytes, alignment, entries);
    }
    return random.nextInt(16) == 0 ? changeLength(bytes) : bytes;
  }

  /** An even choice of 0 to bound - 1. */
  public int choose(int bound) {
    return random.nextInt(bound);
  }

  private void changeField(byte[] bytes, int alignment, int[] entries) {
    int width = 1 << random.nextInt(4);
    if (bytes.length < width) {
      return;
    }
    int step = Math.max(alignment, alignment == 1 ? 1 : Math.min(width, 4));
    int offset = offset(bytes.length, width, entries) / step * step;
    if (offset + width > bytes.length) {
      offset = 0;
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(order);
    switch (width) {
      case 1 -> buffer.put(offset, (byte) value(buffer.get(offset), Byte.SIZE, bytes.length));
      case 2 ->
          buffer.putShort(offset, (short) value(buffer.getShort(offset), Short.SIZE, bytes.length));
      case 4 ->
          buffer.putInt(
              offset, (int) value(buffer.getInt(offset), Integer.SIZE, bytes.length - offset));
      default ->
          buffer.putLong(offset, value(buffer.getLong(offset), Long.SIZE, bytes.length - offset));
    }
  }

  /** Often near the beginning of the bytes or of an entry, where lengths and kinds stand. */
  private int offset(int length, int width, int[] entries) {
    int start =
        entries.length > 0 && random.nextBoolean() ? entries[random.nextInt(entries.length)] : 0;
    int range = random.nextBoolean() ? 64 : length;
    return start + random.nextInt(Math.clamp(range, 1, length - Math.min(start, length - width)));
  }

  private long value(long old, int bits, int near) {
    long max = -1L >>> (Long.SIZE - bits + 1);
    return switch (random.nextInt(13)) {
      case 0 -> 0;
      case 1 -> 1;
      case 2 -> -1;
      case 3 -> max;
      case 4 -> -max - 1;
      case 5 -> old + 1;
      case 6 -> old - 1;
      case 7 -> old + 8;
      case 8 -> near + random.nextInt(-9, 10);
      case 9 -> old << 1;
      case 10 -> ~old;
      case 11 -> 1L << random.nextInt(bits);
      default -> random.nextLong();
    };
  }

  private byte[] moveEntries(byte[] bytes, int[] entries) {
    int from = random.nextInt(entries.length);
    int start = Math.min(entries[from], bytes.length);
    int end = from + 1 < entries.length ? Math.min(entries[from + 1], bytes.length) : bytes.length;
    byte[] entry = Arrays.copyOfRange(bytes, start, end);
    int to = Math.min(entries[random.nextInt(entries.length)], bytes.length);
    return switch (random.nextInt(5)) {
      case 0 -> splice(bytes, start, end, new byte[0]);
      case 1 -> splice(bytes, to, to, entry);
      case 2 -> splice(bytes, to, Math.min(to + entry.length, bytes.length), entry);
      case 3 -> splice(bytes, to, to, Arrays.copyOf(entry, random.nextInt(entry.length + 1)));
      default -> Arrays.copyOf(bytes, start + random.nextInt(end - start + 1));
    };
  }

  private byte[] changeLength(byte[] bytes) {
    int length = bytes.length + random.nextInt(-9, 10);
    return Arrays.copyOf(
        bytes, random.nextBoolean() ? random.nextInt(bytes.length + 1) : Math.max(0, length));
  }

  private static byte[] splice(byte[] bytes, int from, int to, byte[] middle) {
    byte[] result = new byte[from + middle.length + bytes.length - to];
    System.arraycopy(bytes, 0, result, 0, from);
    System.arraycopy(middle, 0, result, from, middle.length);
    System.arraycopy(bytes, to, result, from + middle.length, bytes.length - to);
    return result;
  }
}
