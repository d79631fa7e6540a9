package dev.sagitta.benchmarks;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * How long calls took, told apart by what checkpoints did meanwhile. Of a call that met more than
 * one phase, the first of them in the order of {@link Phase} counts. Not thread-safe.
 */
final class PhasedTimes {
  /** What checkpoints did. */
  enum Phase {
    /** One was under way: its log was rolled, and its manifest had no name yet. */
    DURING,
    /** One counted already and was still reading back and deleting files. */
    TIDYING,
    /** Nothing. */
    BETWEEN
  }

  /**
   * One call.
   *
   * @param begun reading of the clock
   * @param nanos how long it took
   */
  record Call(long begun, long nanos) {
    boolean meets(long from, long to) {
      return begun - to < 0 && begun + nanos - from > 0;
    }
  }

  private final Map<Phase, List<Long>> times = new EnumMap<>(Phase.class);
  private final Map<Phase, Long> spent = new EnumMap<>(Phase.class);

  /**
   * Adds the calls of one run.
   *
   * @param calls one after the other
   * @param checkpoints that ran on the same database, before, meanwhile or later
   */
  void add(List<Call> calls, List<WatchedFiles.Checkpoint> checkpoints) {
    for (Call call : calls) {
      times.computeIfAbsent(phase(call, checkpoints), phase -> new ArrayList<>()).add(call.nanos());
    }
    Call last = calls.getLast();
    long from = calls.getFirst().begun();
    long to = last.begun() + last.nanos();
    long during = 0;
    long tidying = 0;
    for (WatchedFiles.Checkpoint checkpoint : checkpoints) {
      during += common(from, to, checkpoint.begun(), checkpoint.counted());
      tidying += common(from, to, checkpoint.counted(), checkpoint.tidied());
    }
    spent.merge(Phase.DURING, during, Long::sum);
    spent.merge(Phase.TIDYING, tidying, Long::sum);
    spent.merge(Phase.BETWEEN, to - from - during - tidying, Long::sum);
  }

  private static Phase phase(Call call, List<WatchedFiles.Checkpoint> checkpoints) {
    if (checkpoints.stream().anyMatch(one -> call.meets(one.begun(), one.counted()))) {
      return Phase.DURING;
    }
    return checkpoints.stream().anyMatch(one -> call.meets(one.counted(), one.tidied()))
        ? Phase.TIDYING
        : Phase.BETWEEN;
  }

  /** How long two spans lie over each other. */
  private static long common(long from, long to, long begin, long end) {
    return Math.max(0, Math.min(to - from, end - from) - Math.max(0, begin - from));
  }

  /** The share of the runs' time that a phase filled. */
  double share(Phase phase) {
    long all = spent.values().stream().mapToLong(Long::longValue).sum();
    return (double) spent.getOrDefault(phase, 0L) / Math.max(1, all);
  }

  /** The times of a phase's calls, sorted. */
  long[] sorted(Phase phase) {
    return times.getOrDefault(phase, List.of()).stream()
        .mapToLong(Long::longValue)
        .sorted()
        .toArray();
  }
}
