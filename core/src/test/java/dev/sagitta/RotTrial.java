package dev.sagitta;

import dev.sagitta.RotStore.Role;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Tries damages on copies of one store, each as {@link RotRun} does, and counts what comes of them.
 * For one thread.
 */
final class RotTrial implements AutoCloseable {
  /** Far beyond what a trial takes; a hang shows as such. */
  private static final long PATIENCE_SECONDS = 120;

  private static final int OTHERS_EVERY = 8;
  private static final int TRIALS_MIN = 20;

  private final RotStore store;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().factory());
  private final Map<Role, Map<RotOutcome, Integer>> counts = new EnumMap<>(Role.class);

  /** What one damage to the body of a file made unreadable, any other must too. */
  private final Map<Path, Set<RecordId>> unreadable = new HashMap<>();

  private int trials;

  /** What is done to each file. */
  interface Damages {
    void on(Path file, byte[] content, RotTrial trial);
  }

  RotTrial(RotStore store) {
    this.store = store;
  }

  /** Tries damages to all files of a store; one line of report. */
  static String all(String what, RotStore store, long seed, Damages damages) {
    try (var trial = new RotTrial(store)) {
      for (Path file : store.roles().keySet()) {
        damages.on(file, store.bytes(file), trial);
      }
      if (trial.trials() <= TRIALS_MIN) {
        throw new AssertionError("too few trials: " + trial.trials());
      }
      return "%s, seed %d: %s".formatted(what, seed, trial.report());
    } catch (AssertionError e) {
      throw new AssertionError("-Dsagitta.seed=" + seed + ": " + e.getMessage(), e);
    }
  }

  /** Tries a damage, unless it changes nothing; every other time with writes before closing. */
  void run(RotDamage damage) {
    if (damage.any()) {
      trials++;
      run(damage, trials % 2 == 0);
    }
  }

  private void run(RotDamage damage, boolean write) {
    boolean others = trials % OTHERS_EVERY < 2;
    try {
      var run = new RotRun(store, damage, this::checkUnreadable);
      RotOutcome outcome =
          thread.submit(() -> run.run(write, others)).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      counts
          .computeIfAbsent(
              store.role(damage.files().getFirst()), _ -> new EnumMap<>(RotOutcome.class))
          .merge(outcome, 1, Integer::sum);
    } catch (ExecutionException e) {
      throw new AssertionError(
          "%s%s: %s".formatted(damage.what(), write ? ", then writes" : "", e.getCause()), e);
    } catch (TimeoutException e) {
      throw new AssertionError(damage.what() + ": hangs", e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private void checkUnreadable(Path file, Set<RecordId> ids) {
    Set<RecordId> before = unreadable.putIfAbsent(file, new TreeSet<>(ids));
    if (before != null && !before.equals(ids)) {
      throw new AssertionError("%s cannot be read, before it was %s".formatted(ids, before));
    }
  }

  /** How often what came of a damage to files of that role. */
  int count(Role role, RotOutcome outcome) {
    return counts.getOrDefault(role, Map.of()).getOrDefault(outcome, 0);
  }

  int trials() {
    return trials;
  }

  /** One line: how many trials, and for each role how often what came of it. */
  String report() {
    var line =
        new StringBuilder(
            "%,d damages to a store of %,d bytes".formatted(trials, store.totalBytes()));
    counts.forEach(
        (role, outcomes) -> {
          line.append("; ").append(role);
          outcomes.forEach((outcome, count) -> line.append(" %,d %s,".formatted(count, outcome)));
          line.setLength(line.length() - 1);
        });
    return line.toString();
  }

  @Override
  public void close() {
    thread.shutdown();
  }
}
