package dev.sagitta;

import java.util.function.LongConsumer;
import java.util.stream.LongStream;

/** One writer of a {@link KillScript} at work on a collection; for one thread. */
final class KillWriter {
  private final KillScript script;
  private VectorCollection collection;
  private final int writer;
  private final LongConsumer acknowledged;
  private long steps;

  /**
   * A writer that goes on.
   *
   * @param steps how many it has done
   * @param acknowledged told the number of the last acknowledged step, as soon as it is
   */
  KillWriter(
      KillScript script,
      VectorCollection collection,
      int writer,
      long steps,
      LongConsumer acknowledged) {
    this.script = script;
    this.collection = collection;
    this.writer = writer;
    this.steps = steps;
    this.acknowledged = acknowledged;
  }

  long steps() {
    return steps;
  }

  /** Goes on in the same collection, opened again. */
  void moveTo(VectorCollection opened) {
    collection = opened;
  }

  /** Does the next step, or in one call those up to the end of the block where they go together. */
  void next() {
    switch (script.block(writer, steps + 1)) {
      case MIXED -> {
        perform(script.step(writer, steps + 1));
        steps++;
      }
      case STREAM -> {
        long first = steps;
        long end = KillScript.blockEnd(steps + 1);
        collection.upsertAll(
            LongStream.rangeClosed(first + 1, end)
                .mapToObj(number -> upsert(script.step(writer, number))),
            progress -> acknowledged.accept(first + progress.acknowledged()));
        steps = end;
      }
      case DELETES -> {
        long end = KillScript.blockEnd(steps + 1);
        collection.deleteAll(
            LongStream.rangeClosed(steps + 1, end)
                .mapToObj(number -> script.step(writer, number).changes().getFirst().id())
                .map(script::recordId)
                .toList());
        steps = end;
      }
    }
    acknowledged.accept(steps);
  }

  private void perform(KillScript.Step step) {
    KillScript.Change first = step.changes().getFirst();
    if (step.batch()) {
      WriteBatch batch = new WriteBatch();
      for (KillScript.Change change : step.changes()) {
        if (change.delete()) {
          batch.delete(script.recordId(change.id()));
        } else {
          batch.upsert(script.record(change.id(), step.number(), change.index()));
        }
      }
      collection.apply(batch);
    } else if (first.delete()) {
      collection.delete(script.recordId(first.id()));
    } else {
      collection.upsert(upsert(step));
    }
  }

  private VectorRecord upsert(KillScript.Step step) {
    KillScript.Change only = step.changes().getFirst();
    return script.record(only.id(), step.number(), only.index());
  }
}
