package dev.sagitta;

import dev.sagitta.engine.Tuning;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What is done to a database while it crashes or its file system fails: small, so that every step
 * of it can be tried, and yet every kind of file and every flow is met.
 */
final class SmallWorkloads {
  /** 16 vectors fill an extent. */
  private static final int EXTENT_BYTES = 1 << 10;

  /** Small extents, and no checkpoint in the background. */
  static final Tuning TINY = new Tuning(EXTENT_BYTES, 2 * EXTENT_BYTES, 4 << 10, 1 << 20, 1 << 10);

  /** The same with a checkpoint in the background every ten records. */
  static final Tuning TINY_LOG =
      new Tuning(EXTENT_BYTES, 2 * EXTENT_BYTES, 4 << 10, 2 << 10, 1 << 10);

  /** What is done. */
  interface Workload {
    void run(ModelWriter writer);
  }

  private SmallWorkloads() {}

  /** Single writes, a stream, and deletes of what is there and what is not. */
  static void upsertsUpdatesAndDeletes(ModelWriter writer) {
    writer.create("a");
    for (int id = 0; id < 10; id++) {
      writer.upsert("a", id, 0);
    }
    for (int id = 0; id < 10; id += 3) {
      writer.upsert("a", id, 1);
      writer.delete("a", id + 1);
    }
    writer.delete("a", 99);
    writer.upsert("a", 1, 2);
    writer.flush("a");
    writer.upsertAll("a", 5, 12, 3);
    writer.delete("a", 16);
  }

  /** More than a kilobyte each time: at INTERVAL first the bytes force, and then the timer. */
  static void largeBatches(ModelWriter writer) {
    writer.create("a");
    for (int version = 0; version < 4; version++) {
      writer.batch("a", version, largeAt(version), List.of());
    }
    writer.delete("a", 15);
    writer.batch("a", 4, largeAt(4), List.of(14));
  }

  /** Ids of records that have the largest payload at a version. */
  private static List<Integer> largeAt(int version) {
    return IntStream.range(1, 8).mapToObj(i -> 16 * i - 1 - version).toList();
  }

  /** Batches that overlap, around a checkpoint. */
  static void atomicBatches(ModelWriter writer) {
    writer.create("a");
    writer.batch("a", 0, List.of(1, 2, 3, 4), List.of());
    writer.batch("a", 1, List.of(3, 4, 5, 6, 5), List.of(1));
    writer.batch("a", 2, List.of(), List.of(2, 3, 77));
    writer.batch("a", 3, List.of(1, 2, 7, 8, 9, 10, 11, 12, 13, 14), List.of(7));
    writer.checkpoint("a");
    writer.batch("a", 4, List.of(20, 21, 22), List.of(20, 1));
    writer.upsert("a", 20, 4);
    writer.batch("a", 5, List.of(20, 21, 22, 23, 24, 25, 26, 27), List.of(8, 9));
  }

  /** Checkpoints on demand, with more and with fewer changes between them. */
  static void checkpointsAndLogRotation(ModelWriter writer) {
    writer.create("a");
    writer.upsertAll("a", 0, 11, 0);
    writer.checkpoint("a");
    writer.upsert("a", 3, 1);
    writer.delete("a", 4);
    writer.awaitIndexed("a");
    writer.checkpoint("a");
    writer.upsertAll("a", 8, 11, 2);
    writer.flush("a");
    writer.upsert("a", 0, 3);
    writer.checkpoint("a");
    writer.upsert("a", 1, 4);
  }

  /** Updates and deletes on one thread while another makes checkpoints. */
  static void writesBesideCheckpoints(ModelWriter writer) {
    writer.create("a");
    writer.upsertAll("a", 0, 8, 0);
    writer.atOnce(
        () -> {
          for (int id = 0; id < 4; id++) {
            writer.upsert("a", id, 1);
            writer.delete("a", 7 - id);
          }
        },
        () -> {
          writer.checkpoint("a");
          writer.checkpoint("a");
        });
    writer.upsert("a", 3, 2);
  }

  /** Writes only; with {@link #TINY_LOG} they start checkpoints. */
  static void checkpointsInTheBackground(ModelWriter writer) {
    writer.create("a");
    for (int i = 0; i < 36; i++) {
      writer.upsert("a", i % 25, i);
    }
  }

  /** Two collections that come and go. */
  static void creatingAndDropping(ModelWriter writer) {
    writer.create("a");
    writer.upsert("a", 1, 0);
    writer.create("b");
    writer.upsertAll("b", 0, 3, 0);
    writer.checkpoint("b");
    writer.drop("a");
    writer.upsert("b", 7, 1);
    writer.create("a");
    writer.upsert("a", 2, 1);
    writer.drop("b");
    writer.upsert("a", 3, 1);
  }

  /** Closing in peace, with and without changes. */
  static void closingAndOpening(ModelWriter writer) {
    writer.create("a");
    writer.upsertAll("a", 0, 5, 0);
    writer.close();
    writer.upsert("a", 2, 1);
    writer.upsertAll("a", 5, 6, 1);
    writer.close();
    writer.flush("a");
    writer.close();
    writer.delete("a", 2);
    writer.close();
  }
}
