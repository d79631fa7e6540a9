package dev.sagitta.persistence;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * A workload of appends, forces, rotations and checkpoints, crashed or failed at every step, then
 * recovered, continued and crashed again: what is recovered is always a prefix of what was appended
 * and holds everything that was forced. Seeds are fixed; a failure names its own.
 */
final class StoreCrashTest {

  private static final int SEEDS = 4;

  /** What a test knows of the values appended, whatever the store remembers. */
  private static final class Model {

    final List<byte[]> appended = new ArrayList<>();
    int forced;

    /** What was recovered is the truth from now on; nothing of it is promised to stay. */
    void recover(List<byte[]> values) {
      appended.clear();
      appended.addAll(values);
    }

    void check(List<byte[]> values, String context) {
      assertTrue(
          values.size() >= forced && values.size() <= appended.size(),
          () -> context + ": " + values.size() + " of " + appended.size() + ", forced " + forced);
      for (int i = 0; i < values.size(); i++) {
        assertArrayEquals(appended.get(i), values.get(i), context);
      }
    }
  }

  /** Appends, forces, rotates, checkpoints: about a hundred steps. */
  private static void work(TinyStore store, Model model, long seed) throws IOException {
    var random = new SplittableRandom(seed);
    for (int round = 0; round < 14; round++) {
      int count = 1 + random.nextInt(4);
      for (int i = 0; i < count; i++) {
        int bytes = random.nextInt(8) == 0 ? 3000 + random.nextInt(3000) : random.nextInt(300);
        byte[] value = Payloads.of(random.nextLong(), bytes);
        model.appended.add(value);
        store.append(value);
      }
      switch (random.nextInt(8)) {
        case 0, 1, 2 -> {
          store.force();
          model.forced = model.appended.size();
        }
        case 3, 4 -> store.write();
        case 5 -> {
          store.rotate();
          model.forced = model.appended.size();
        }
        case 6 -> {
          store.checkpoint();
          model.forced = model.appended.size();
        }
        default -> {}
      }
    }
    store.close();
    model.forced = model.appended.size();
  }

  private static long steps(long seed) throws IOException {
    var files = new SimulatedFiles();
    TinyStore.create(files);
    try (TinyStore store = TinyStore.open(files)) {
      work(store, new Model(), seed);
    }
    return files.ioSteps();
  }

  private static SimulatedFiles created() throws IOException {
    var files = new SimulatedFiles();
    TinyStore.create(files);
    return files;
  }

  /** Runs the workload on an opened store until it ends or its machine crashes. */
  private static void workUntilCrash(SimulatedFiles files, Model model, long seed)
      throws IOException {
    try {
      TinyStore store = TinyStore.open(files);
      model.recover(store.values());
      work(store, model, seed);
    } catch (SimulatedCrash | LogNotBegunException e) {
      assertTrue(files.ioSteps() > 0, "crashed by plan");
      assertTrue(e instanceof SimulatedCrash || e.getCause() instanceof SimulatedCrash, "" + e);
    }
  }

  private static void verify(SimulatedFiles files, Model model, String context) throws IOException {
    model.check(TinyStore.open(files).values(), context);
  }

  @Test
  void aPowerLossAtAnyStepLeavesAPrefixWithAllThatWasForced() throws IOException {
    for (long seed = 0; seed < 3; seed++) {
      long steps = steps(seed);
      for (long step = created().ioSteps() + 1; step <= steps; step++) {
        SimulatedFiles files = created();
        files.crashAtStep(step, new SplittableRandom(step).nextDouble());
        var model = new Model();
        workUntilCrash(files, model, seed);
        for (long crash = 0; crash < SEEDS; crash++) {
          verify(files.crash(crash), model, "seed " + seed + " step " + step + " crash " + crash);
        }
      }
    }
  }

  @Test
  void aKilledProcessLosesNothingThatWasWritten() throws IOException {
    long seed = 1;
    long steps = steps(seed);
    for (long step = created().ioSteps() + 1; step <= steps; step++) {
      SimulatedFiles files = created();
      files.crashAtStep(step, 0.5);
      var model = new Model();
      workUntilCrash(files, model, seed);
      verify(files.killProcess(), model, "step " + step);
    }
  }

  @Test
  void aSecondCrashAfterContinuingLosesNothingEither() throws IOException {
    for (long seed = 0; seed < 2; seed++) {
      long steps = steps(seed);
      for (long step = created().ioSteps() + 1; step <= steps; step += 2) {
        var random = new SplittableRandom(seed * 1000 + step);
        SimulatedFiles files = created();
        files.crashAtStep(step, random.nextDouble());
        var model = new Model();
        workUntilCrash(files, model, seed);
        for (int crash = 0; crash < 5; crash++) {
          String context = "seed " + seed + " step " + step + " crash " + crash;
          // A killed process leaves in the page cache what the next power loss then takes.
          files = random.nextInt(3) == 0 ? files.killProcess() : files.crash(random.nextLong());
          verify(files, model, context);
          files.crashAtStep(1 + random.nextInt(40), random.nextDouble());
          workUntilCrash(files, model, seed + crash);
        }
      }
    }
  }

  @Test
  void aFailedCallFailsTheLogAndAReopenedStoreHoldsAllThatWasForced() throws IOException {
    for (long seed = 0; seed < 2; seed++) {
      long steps = steps(seed);
      for (long step = created().ioSteps() + 1; step <= steps; step++) {
        SimulatedFiles files = created();
        long failing = step;
        files.failNext(
            call -> call.operation().mutating() && call.step() == failing,
            new IOException("injected"));
        var model = new Model();
        boolean failed = false;
        TinyStore store = TinyStore.open(files);
        try {
          work(store, model, seed);
        } catch (IOException e) {
          failed = true;
        }
        assertTrue(failed, "step " + step + " reached the caller");
        String context = "seed " + seed + " step " + step;
        // Reopened by the same machine, whose page cache may hold what no force will ever write.
        TinyStore reopened = TinyStore.open(files);
        model.check(reopened.values(), context);
        model.recover(reopened.values());
        reopened.append(Payloads.of(step, 100));
        model.appended.add(Payloads.of(step, 100));
        reopened.force();
        model.forced = model.appended.size();
        for (long crash = 0; crash < SEEDS; crash++) {
          verify(files.crash(crash), model, context + " crash " + crash);
        }
      }
    }
  }

  @Test
  void aDamagedNewestManifestLosesNothing() throws IOException {
    int fallbacks = 0;
    for (long seed = 0; seed < 2; seed++) {
      long steps = steps(seed);
      for (long step = created().ioSteps() + 1; step <= steps; step++) {
        SimulatedFiles files = created();
        files.crashAtStep(step, 0.5);
        var model = new Model();
        workUntilCrash(files, model, seed);
        SimulatedFiles survivor = files.crash(step);
        TinyStore before = TinyStore.open(survivor);
        if (manifests(survivor) < 2) {
          continue;
        }
        fallbacks++;
        long newest = before.manifest().generation();
        survivor.flipBit(TinyStore.DIRECTORY.resolve(FileKind.MANIFEST.fileName(newest)), 8 * 100);
        String context = "seed " + seed + " step " + step;
        TinyStore fallen = TinyStore.open(survivor);
        assertNotEquals(newest, fallen.manifest().generation(), context);
        assertEquals(before.values().size(), fallen.values().size(), context);
        model.check(fallen.values(), context);
        // And it goes on from there, above the damaged one.
        model.recover(fallen.values());
        workUntilCrash(survivor, model, seed + 1);
        // The damaged one may still be there, if no later one has counted.
        TinyStore last = TinyStore.open(survivor.crash(step));
        model.check(last.values(), context + " continued");
      }
    }
    assertTrue(fallbacks > 50, fallbacks + " fallbacks");
  }

  private static long manifests(SimulatedFiles files) throws IOException {
    return files.list(TinyStore.DIRECTORY).stream()
        .filter(name -> FileKind.MANIFEST.number(name).isPresent())
        .count();
  }

  @Test
  void openingWithoutWritingChangesNothing() throws IOException {
    SimulatedFiles files = created();
    files.crashAtStep(60, 0.3);
    workUntilCrash(files, new Model(), 2);
    SimulatedFiles survivor = files.crash(1);
    String digest = survivor.digest();
    for (int i = 0; i < 3; i++) {
      TinyStore.open(survivor).close();
    }
    assertEquals(digest, survivor.digest());
    assertEquals(0, survivor.ioSteps());
  }

  @Test
  void aStoreClosedInPeaceReopensWithoutACut() throws IOException {
    SimulatedFiles files = created();
    var model = new Model();
    work(TinyStore.open(files), model, 3);
    for (long crash = 0; crash < 10; crash++) {
      TinyStore reopened = TinyStore.open(files.crash(crash));
      assertEquals(model.appended.size(), reopened.values().size());
      assertFalse(reopened.recovered().cut());
      assertEquals(reopened.recovered().end(), reopened.recovered().durable());
    }
  }
}
