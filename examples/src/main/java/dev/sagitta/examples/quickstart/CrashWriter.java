package dev.sagitta.examples.quickstart;

import dev.sagitta.VectorCollection;
import dev.sagitta.VectorDatabase;
import java.nio.file.Path;

/**
 * The process that the crash test kills. It stores one record after another and prints the id of
 * each as soon as the store has acknowledged it.
 */
final class CrashWriter {
  /** Where it ends if nobody kills it. */
  private static final long RECORDS_MAX = 1_000_000;

  private CrashWriter() {}

  /**
   * Stores records.
   *
   * @param args the directory of the database and the id of the first record
   */
  public static void main(String[] args) {
    long first = Long.parseLong(args[1]);
    try (VectorDatabase database = VectorDatabase.open(Path.of(args[0]))) {
      VectorCollection collection = CrashRecords.open(database);
      for (long id = first; id < first + RECORDS_MAX; id++) {
        collection.upsert(CrashRecords.record(id));
        System.out.println(id); // in one piece, so that a kill cannot cut a line in two
        System.out.flush();
      }
    }
  }
}
