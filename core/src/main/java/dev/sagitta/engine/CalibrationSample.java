package dev.sagitta.engine;

import dev.sagitta.engine.CollectionState.Published;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Draws records that a calibration asks for: live ones, each as likely as any other, none twice, in
 * random order. What is drawn depends on what is published only. For the background thread, step by
 * step, each within the epoch.
 */
final class CalibrationSample {
  private static final int SLOTS_PER_STEP = 1 << 16;

  private final SlotTable slots;
  private final Published at;
  private final SplittableRandom random;

  /** How many live slots stand before each that is wanted, ascending. */
  private final long[] ranks;

  private final int[] drawn;
  private int drawnCount;
  private int nextSlot;
  private long rank;

  /**
   * A sample that is still to be drawn.
   *
   * @param wanted how many records, at most as many as live
   */
  CalibrationSample(SlotTable slots, Published at, int wanted) {
    this.slots = slots;
    this.at = at;
    random = new SplittableRandom(at.sequence());
    ranks = random.longs(0, at.live()).distinct().limit(wanted).sorted().toArray();
    drawn = new int[wanted];
  }

  /** Looks at some slots; whether there are more. */
  boolean step() {
    int end = (int) Math.min(at.slotCount(), (long) nextSlot + SLOTS_PER_STEP);
    for (; nextSlot < end && drawnCount < ranks.length; nextSlot++) {
      if (slots.visible(nextSlot, at.sequence()) && rank++ == ranks[drawnCount]) {
        drawn[drawnCount++] = nextSlot;
      }
    }
    return nextSlot < at.slotCount() && drawnCount < ranks.length;
  }

  /** The slots that were drawn. */
  int[] shuffled() {
    int[] shuffled = Arrays.copyOf(drawn, drawnCount);
    for (int i = drawnCount - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      int slot = shuffled[i];
      shuffled[i] = shuffled[other];
      shuffled[other] = slot;
    }
    return shuffled;
  }
}
