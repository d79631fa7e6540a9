package dev.sagitta.engine;

import dev.sagitta.VerifyInterruptedException;
import dev.sagitta.VerifyLevel;
import dev.sagitta.VerifyProgress;
import dev.sagitta.VerifyReport;
import java.io.IOException;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;

/**
 * One call of verify: has an engine thread do step after step, and between them reports progress
 * and looks for an interrupt, on the caller's thread. Closing a collection waits for the step that
 * is under way, and lets no more begin.
 */
final class VerifyRun implements AutoCloseable {
  /** How the files of a collection are pinned, on the engine thread. */
  interface Pinning {
    PinnedFiles pin() throws IOException;
  }

  private final VerifyLevel level;
  private final Consumer<VerifyProgress> progress;
  private final int collections;
  private final ExecutorService thread;
  private final Findings findings = new Findings();
  private int collectionsDone;

  /**
   * A call that will verify some collections.
   *
   * @param collections how many
   */
  VerifyRun(
      EngineThreads threads,
      VerifyLevel level,
      Consumer<VerifyProgress> progress,
      int collections) {
    this.level = level;
    this.progress = progress;
    this.collections = collections;
    thread = threads.serial("verify");
  }

  /**
   * Verifies the next collection.
   *
   * @throws dev.sagitta.ClosedException if it is closed or dropped meanwhile
   */
  void verify(String name, Pins pins, Pinning pinning) {
    Verification verification =
        onThread(name, pins, () -> Verification.begin(pinning.pin(), level, findings));
    try {
      boolean more = true;
      while (more) {
        requireNotInterrupted(name);
        more = onThread(name, pins, verification::step);
        progress.accept(
            new VerifyProgress(
                name,
                collectionsDone,
                collections,
                verification.bytesDone(),
                verification.bytesTotal()));
      }
    } finally {
      close(name, verification);
    }
    collectionsDone++;
  }

  /** Passes over a collection that is not there any more. */
  void skip() {
    collectionsDone++;
  }

  /** What was found in all collections so far. */
  VerifyReport report() {
    return findings.report(level);
  }

  private static void requireNotInterrupted(String name) {
    // The flag stays set, as the caller's own code may look at it.
    if (Thread.currentThread().isInterrupted()) {
      throw new VerifyInterruptedException("verify was interrupted at collection " + name);
    }
  }

  /** Has a step done within the gate. */
  private <T> T onThread(String name, Pins pins, FileWork<T> work) {
    return onThread(
        name,
        () -> {
          int ticket = pins.gate().enter();
          try {
            return work.run();
          } finally {
            pins.gate().exit(ticket);
          }
        });
  }

  private <T> T onThread(String name, FileWork<T> work) {
    return FileWork.on(thread, "verifying collection " + name, work);
  }

  /** Outside the gate, because memory and pins are let go of in any case. */
  private void close(String name, Verification verification) {
    onThread(
        name,
        () -> {
          verification.close();
          return true;
        });
  }

  @Override
  public void close() {
    Waiting.forEnd(thread);
  }
}
