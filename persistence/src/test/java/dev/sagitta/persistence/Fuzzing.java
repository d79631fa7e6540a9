package dev.sagitta.persistence;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.function.Predicate;

/**
 * Feeds a parser with spoilt bytes and counts what it makes of them: a value, or an error that it
 * is allowed to throw. Anything else, and more heap than the input can be worth, fails with what is
 * needed to do it again. Not thread-safe.
 *
 * <p>{@code -Dsagitta.nightly.fuzz=N} sets the inputs for each parser, {@code
 * -Dsagitta.fuzz.seed=N} another seed.
 */
public final class Fuzzing {

  private static final long SEED = Long.getLong("sagitta.fuzz.seed", 1);

  /** Buffers of fixed size that parsers take: that of the log reader, twice, and of block files. */
  private static final long HEAP_BYTES_FIXED = 4 << 20;

  private static final long HEAP_BYTES_PER_BYTE = 64;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final String parser;
  private final Predicate<Throwable> allowed;
  private int accepted;
  private int refused;
  private long heapBytesMax;

  /** One input, spoilt by a seed. */
  @FunctionalInterface
  public interface Input<T> {
    T spoilt(long seed) throws Exception;
  }

  /** The parser, and checks of the value that it gives. */
  @FunctionalInterface
  public interface Parser<T> {
    void parse(T input) throws Exception;
  }

  /**
   * Of one parser.
   *
   * @param allowed the errors that it may throw
   */
  public Fuzzing(String parser, Predicate<Throwable> allowed) {
    this.parser = parser;
    this.allowed = allowed;
  }

  /** Inputs for each parser: few, unless the property asks for more. */
  public static int inputs(int few) {
    return Integer.getInteger("sagitta.nightly.fuzz", few);
  }

  /** Runs a parser on so many inputs, and says how it went. */
  public <T> void run(int inputs, int inputBytes, Input<T> input, Parser<T> parsing)
      throws Exception {
    for (int i = 0; i < inputs; i++) {
      T spoilt = input.spoilt(seed(SEED, i));
      long before = THREADS.getCurrentThreadAllocatedBytes();
      try {
        parsing.parse(spoilt);
        accepted++;
      } catch (Throwable e) {
        if (!allowed.test(e)) {
          throw new AssertionError(
              "parser %s, -Dsagitta.fuzz.seed=%d, input %d: %s".formatted(parser, SEED, i, e), e);
        }
        refused++;
      }
      long heapBytes = THREADS.getCurrentThreadAllocatedBytes() - before;
      heapBytesMax = Math.max(heapBytesMax, heapBytes);
      if (heapBytes > HEAP_BYTES_FIXED + HEAP_BYTES_PER_BYTE * inputBytes) {
        throw new AssertionError(
            "parser %s, -Dsagitta.fuzz.seed=%d, input %d: %,d bytes of heap for %,d of input"
                .formatted(parser, SEED, i, heapBytes, inputBytes));
      }
    }
    System.out.printf(
        Locale.ROOT,
        "Fuzzing %s: seed %d, %,d inputs, %,d refused, %,d accepted, at most %,d bytes of heap%n",
        parser,
        SEED,
        inputs,
        refused,
        accepted,
        heapBytesMax);
    if (accepted == 0 || refused == 0) {
      throw new AssertionError("inputs for " + parser + " are all spoilt, or none is");
    }
  }

  /** The seed of one input of a run. */
  public static long seed(long seed, int input) {
    return seed * 0x9E37_79B9_7F4A_7C15L + input;
  }
}
