package dev.sagitta.examples.quickstart;

import dev.sagitta.Hit;
import dev.sagitta.SearchRequest;
import dev.sagitta.VectorCollection;
import dev.sagitta.VectorDatabase;
import dev.sagitta.VectorRecord;
import dev.sagitta.examples.report.Figures;
import dev.sagitta.examples.report.Table;
import dev.sagitta.examples.report.Table.Column;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Kills a process in the middle of writing to the database and looks what is left: everything that
 * was acknowledged must be there and be found.
 *
 * <p>Nobody may have the database open meanwhile: it belongs to one process at a time.
 */
final class CrashTest {
  /** After so many acknowledged records each of the writers is killed. */
  private static final List<Integer> KILLED_AFTER = List.of(300, 500, 700);

  /**
   * What was left after a kill.
   *
   * @param acknowledged records that all writers up to this one have seen acknowledged
   * @param present those that are there, with vector and payload as they were written
   * @param found those that a search with their vector finds first
   * @param stored all records in the collection, acknowledged or not
   * @param reopening time to open the database and both collections again
   */
  record Outcome(int acknowledged, int present, int found, long stored, Duration reopening) {
    /** Whether no acknowledged record was lost. */
    boolean isWhole() {
      return present == acknowledged && found == acknowledged;
    }
  }

  private final Path database;

  CrashTest(Path database) {
    this.database = database;
  }

  /**
   * Kills and checks a few times, prints a table, and removes the records again if all is well.
   *
   * @return whether every acknowledged record was there and found, each time
   */
  boolean run() throws IOException, InterruptedException {
    System.out.printf(
        "%nCrash test: another process opens the database, stores records and is killed"
            + " (SIGKILL), %d times.%n",
        KILLED_AFTER.size());
    removeRecords();
    List<Long> acknowledged = new ArrayList<>();
    List<Outcome> outcomes = new ArrayList<>();
    for (int count : KILLED_AFTER) {
      long firstId = acknowledged.isEmpty() ? 1 : acknowledged.getLast() + 1;
      acknowledged.addAll(writeAndKill(firstId, count));
      outcomes.add(reopen(acknowledged));
    }
    System.out.print(table(outcomes));
    boolean whole = outcomes.stream().allMatch(Outcome::isWhole);
    if (whole) {
      removeRecords();
      System.out.println(
          "  Every acknowledged record was there and found. The records are removed again.");
    } else {
      System.out.printf(
          "  ACKNOWLEDGED RECORDS WERE LOST. Please report this with the table above; the records"
              + " stay in %s.%n",
          database);
    }
    return whole;
  }

  /** Starts a writer, kills it, and answers the ids that it has seen acknowledged. */
  private List<Long> writeAndKill(long firstId, int count)
      throws IOException, InterruptedException {
    Process writer = start(firstId);
    try (BufferedReader out = writer.inputReader()) {
      List<Long> ids = new ArrayList<>();
      // After the kill there may still be lines in the pipe, so this reads to the end of it.
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        ids.add(Long.valueOf(line));
        if (ids.size() == count) {
          writer.toHandle().destroyForcibly(); // unlike the process's own, leaves the pipe open
        }
      }
      int exitCode = writer.waitFor();
      if (ids.size() < count) {
        throw new IOException("the writer ended by itself, with exit code " + exitCode);
      }
      return ids;
    } finally {
      writer.destroyForcibly();
    }
  }

  private Process start(long firstId) throws IOException {
    return new ProcessBuilder(
            JavaCommand.of(CrashWriter.class, database.toString(), Long.toString(firstId)))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private Outcome reopen(List<Long> acknowledged) {
    long startNanos = System.nanoTime();
    try (VectorDatabase reopened = VectorDatabase.open(database)) {
      MethodIndex.open(reopened);
      VectorCollection collection = CrashRecords.open(reopened);
      Duration reopening = Duration.ofNanos(System.nanoTime() - startNanos);
      int present = 0;
      int found = 0;
      for (long id : acknowledged) {
        VectorRecord written = CrashRecords.record(id);
        present += collection.get(id).equals(Optional.of(written)) ? 1 : 0;
        found += isNearest(collection, written) ? 1 : 0;
      }
      return new Outcome(acknowledged.size(), present, found, collection.count(), reopening);
    }
  }

  private static boolean isNearest(VectorCollection collection, VectorRecord record) {
    List<Hit> hits = collection.search(SearchRequest.of(record.floats(), 1)).hits();
    return !hits.isEmpty() && hits.getFirst().id().equals(record.id());
  }

  private void removeRecords() {
    try (VectorDatabase reopened = VectorDatabase.open(database)) {
      if (reopened.collectionNames().contains(CrashRecords.COLLECTION)) {
        reopened.drop(CrashRecords.COLLECTION);
      }
    }
  }

  private static Table table(List<Outcome> outcomes) {
    Table table =
        new Table(
            Column.right("kill"),
            Column.right("acknowledged"),
            Column.right("present"),
            Column.right("found"),
            Column.right("not acknowledged, but stored"),
            Column.right("time to reopen"));
    for (int i = 0; i < outcomes.size(); i++) {
      Outcome outcome = outcomes.get(i);
      table.row(
          Integer.toString(i + 1),
          Figures.count(outcome.acknowledged()),
          Figures.count(outcome.present()),
          Figures.count(outcome.found()),
          Figures.count(outcome.stored() - outcome.acknowledged()),
          Figures.duration(outcome.reopening()));
    }
    return table;
  }
}
