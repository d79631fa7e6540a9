package dev.sagitta.persistence;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Content of a simulated file: what the page cache holds and what the medium holds. Guarded by the
 * {@link SimulatedFiles} it belongs to.
 *
 * <pre>
 *   live     |  sector 0  |  sector 1  |  sector 2  |   what readers see
 *   dirty          0            1            1          written since the last force, or
 *   dropped        0            0            0          written before a force that failed
 *   durable  |  sector 0  |  sector 1  |                what a power loss leaves for certain
 * </pre>
 *
 * <p>Invariant: a sector that is neither dirty nor dropped has equal bytes in both planes; bytes
 * behind a plane's length are zero in its array.
 */
final class SimulatedFile implements SimulatedNode {

  static final int SECTOR_BYTES = 512;

  private byte[] live = new byte[0];
  private int liveBytes;
  private byte[] durable = new byte[0];
  private int durableBytes;

  /** The least length since the last force; a crash may leave the file that short. */
  private int shortestBytes;

  private final BitSet dirty = new BitSet();
  private final BitSet dropped = new BitSet();

  int size() {
    return liveBytes;
  }

  /** A copy of the live content. */
  byte[] bytes() {
    return Arrays.copyOf(live, liveBytes);
  }

  int read(ByteBuffer target, long position) {
    if (position >= liveBytes) {
      return 0;
    }
    int count = Math.min(target.remaining(), liveBytes - (int) position);
    target.put(live, (int) position, count);
    return count;
  }

  /** Takes the next bytes of the source; a gap behind the old end is zero-filled. */
  void write(ByteBuffer source, int position, int count) {
    if (count == 0) {
      return;
    }
    int end = Math.addExact(position, count);
    if (end > live.length) {
      live = Arrays.copyOf(live, Math.max(end, live.length + live.length / 2));
    }
    source.get(live, position, count);
    markDirty(Math.min(position, liveBytes), end);
    liveBytes = Math.max(liveBytes, end);
  }

  void truncate(int bytes) {
    markDirty(bytes, liveBytes);
    Arrays.fill(live, bytes, liveBytes, (byte) 0);
    liveBytes = bytes;
    shortestBytes = Math.min(shortestBytes, bytes);
  }

  void force() {
    if (durable.length < live.length) {
      durable = Arrays.copyOf(durable, live.length);
    }
    for (int sector = dirty.nextSetBit(0); sector >= 0; sector = dirty.nextSetBit(sector + 1)) {
      int from = Math.min(sector * SECTOR_BYTES, liveBytes);
      int to = Math.min(from + SECTOR_BYTES, liveBytes);
      System.arraycopy(live, from, durable, from, to - from);
    }
    if (liveBytes < durableBytes) {
      Arrays.fill(durable, liveBytes, durableBytes, (byte) 0);
    }
    durableBytes = liveBytes;
    shortestBytes = liveBytes;
    dirty.clear();
  }

  /**
   * The kernel forgets that the dirty sectors were dirty; they may or may not be on the medium.
   *
   * @param evicted whether readers see what the medium held before from now on
   */
  void failForce(boolean evicted) {
    if (evicted) {
      for (int sector = dirty.nextSetBit(0); sector >= 0; sector = dirty.nextSetBit(sector + 1)) {
        int from = sector * SECTOR_BYTES;
        int to = Math.min(from + SECTOR_BYTES, liveBytes);
        if (from < to) {
          Arrays.fill(live, from, to, (byte) 0);
          copyWithin(durable, live, from, Math.min(to, durableBytes));
        }
      }
    }
    dropped.or(dirty);
    dirty.clear();
  }

  /** Changes one bit in both planes, as decay of the medium does. */
  void flipBit(long bitOffset) {
    int at = Math.toIntExact(bitOffset / Byte.SIZE);
    byte mask = (byte) (1 << (bitOffset % Byte.SIZE));
    live[at] ^= mask;
    if (at < durableBytes) {
      durable[at] ^= mask;
    }
  }

  /** Has other content in both planes from now on, as if it had always been so. */
  void decay(byte[] content) {
    live = content.clone();
    liveBytes = content.length;
    durable = content.clone();
    durableBytes = content.length;
    shortestBytes = content.length;
    dirty.clear();
    dropped.clear();
  }

  @Override
  public SimulatedFile copy(Map<SimulatedNode, SimulatedNode> copies) {
    var copy = new SimulatedFile();
    copy.live = live.clone();
    copy.liveBytes = liveBytes;
    copy.durable = durable.clone();
    copy.durableBytes = durableBytes;
    copy.shortestBytes = shortestBytes;
    copy.dirty.or(dirty);
    copy.dropped.or(dropped);
    return copy;
  }

  @Override
  public SimulatedFile survive(RandomGenerator random, byte[] stale, boolean noise) {
    Fate fate = Fate.values()[random.nextInt(Fate.values().length)];
    var survivor = new SimulatedFile();
    int bytes = survivingBytes(fate, random);
    byte[] image = Arrays.copyOf(durable, bytes);
    int sectors = (bytes + SECTOR_BYTES - 1) / SECTOR_BYTES;
    for (int sector = 0; sector < sectors; sector++) {
      if (!dirty.get(sector) && !dropped.get(sector)) {
        continue;
      }
      int from = sector * SECTOR_BYTES;
      int to = Math.min(from + SECTOR_BYTES, bytes);
      if (from >= durableBytes && random.nextInt(4) == 0) {
        copyWithin(stale, image, from, to);
      }
      // Where the file was cut, what lies behind the live end exists in the old plane only.
      int newTo = Math.min(to, liveBytes);
      switch (fate.ofSector(random, noise)) {
        case OLD -> {}
        case NEW -> copyWithin(live, image, from, newTo);
        case TORN -> {
          int cut = from + random.nextInt(to - from);
          if (random.nextBoolean()) {
            copyWithin(live, image, from, Math.min(cut, newTo));
          } else {
            copyWithin(live, image, cut, newTo);
          }
        }
        case GARBLED -> garble(image, from, newTo, random);
      }
    }
    survivor.live = image;
    survivor.liveBytes = bytes;
    survivor.durable = image.clone();
    survivor.durableBytes = bytes;
    survivor.shortestBytes = bytes;
    return survivor;
  }

  /** Makes noise of what a sector was to have anew; what was forced before stays. */
  private void garble(byte[] image, int from, int to, RandomGenerator random) {
    for (int i = from; i < to; i++) {
      if (i >= durableBytes || live[i] != durable[i]) {
        image[i] = (byte) random.nextInt();
      }
    }
  }

  private int survivingBytes(Fate fate, RandomGenerator random) {
    int low = Math.min(shortestBytes, durableBytes);
    int high = Math.max(durableBytes, liveBytes);
    return switch (fate) {
      case LOST -> durableBytes;
      case KEPT -> liveBytes;
      case MIXED ->
          switch (random.nextInt(4)) {
            case 0 -> durableBytes;
            case 1, 2 -> liveBytes;
            default -> low + random.nextInt(high - low + 1);
          };
    };
  }

  private void markDirty(int from, int to) {
    if (from < to) {
      dirty.set(from / SECTOR_BYTES, (to - 1) / SECTOR_BYTES + 1);
      // The kernel writes whole pages: what was dropped here is on its way again.
      dropped.clear(from / SECTOR_BYTES, (to - 1) / SECTOR_BYTES + 1);
    }
  }

  private static void copyWithin(byte[] source, byte[] target, int from, int to) {
    int end = Math.min(to, source.length);
    if (from < end) {
      System.arraycopy(source, from, target, from, end - from);
    }
  }

  private enum SectorFate {
    OLD,
    NEW,
    TORN,
    GARBLED
  }

  /** What becomes of one file's unforced changes; the extremes are as likely as the mixtures. */
  private enum Fate {
    LOST,
    KEPT,
    MIXED;

    SectorFate ofSector(RandomGenerator random, boolean noise) {
      return switch (this) {
        case LOST -> SectorFate.OLD;
        case KEPT -> SectorFate.NEW;
        case MIXED -> {
          int draw = random.nextInt(noise ? 12 : 10);
          yield draw < 5
              ? SectorFate.NEW
              : draw < 8 ? SectorFate.OLD : draw < 10 ? SectorFate.TORN : SectorFate.GARBLED;
        }
      };
    }
  }
}
