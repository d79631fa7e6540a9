package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.distance.Metric;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One directory has one holder, whom everybody else is told at once. */
final class TwoProcessTest {
  private static final long PID = ProcessHandle.current().pid();
  private static final Duration AT_ONCE = Duration.ofSeconds(5);

  private static final int RACES = 3;
  private static final int RACERS = 4;

  private static int refusals;
  private static int kills;
  private static int races;

  @TempDir Path directory;

  @AfterAll
  static void report() {
    System.out.printf("TwoProcessTest: %d refusals, %d kills, %d races%n", refusals, kills, races);
  }

  @Test
  void aSecondProcessIsRefusedAtOnceAndToldTheHolder() throws Exception {
    try (VectorDatabase database = VectorDatabase.open(data())) {
      upsert(database);
      try (ChildProgram second = startHolder()) {
        assertEquals("refused by " + PID, second.line());
        refusals++;
        assertTrue(second.line().contains("process " + PID), "message names the holder");
        long millis = Long.parseLong(second.line());
        assertTrue(millis < AT_ONCE.toMillis(), () -> "refused after " + millis + " ms");
        assertEquals(0, second.await());
      }
      upsert(database);
      assertEquals(1, database.collection("c").count());
    }
  }

  @Test
  void aHolderElsewhereIsNamedUntilItIsKilled() throws Exception {
    try (ChildProgram holder = startHolder()) {
      assertEquals("holds", holder.line());
      DatabaseLockedException refusal =
          assertThrows(DatabaseLockedException.class, () -> VectorDatabase.open(data()));
      refusals++;
      assertEquals(OptionalLong.of(holder.pid()), refusal.holderPid());
      assertEquals(
          data().resolve("LOCK") + " is held by process " + holder.pid(), refusal.getMessage());

      holder.kill();
      kills++;
      try (VectorDatabase database = VectorDatabase.open(data())) {
        assertTrue(database.collection("c").contains(1), "what the killed holder stored");
      }
    }
  }

  @Test
  void aHolderElsewhereLetsGoWhenItCloses() throws Exception {
    try (ChildProgram holder = startHolder()) {
      assertEquals("holds", holder.line());
      holder.endInput();
      assertEquals(0, holder.await());
      assertEquals("", holder.errors());
    }
    VectorDatabase.open(data()).close();
  }

  @Test
  void theSameProcessIsRefusedUnderAnyNameOfTheDirectory() throws Exception {
    try (VectorDatabase first = VectorDatabase.open(data())) {
      for (Path name : List.of(data(), data().resolve("..").resolve("data"))) {
        DatabaseLockedException refusal =
            assertThrows(DatabaseLockedException.class, () -> VectorDatabase.open(name));
        refusals++;
        assertEquals(OptionalLong.of(PID), refusal.holderPid());
        String message = String.valueOf(refusal.getMessage());
        assertTrue(message.endsWith("is held by this process " + PID), message);
      }
      upsert(first);
      // The refused attempts have not let go of the lock.
      try (ChildProgram second = startHolder()) {
        assertEquals("refused by " + PID, second.line());
        refusals++;
      }
    }
    try (VectorDatabase again = VectorDatabase.open(data())) {
      assertEquals(1, again.collection("c").count());
    }
  }

  /** The file LOCK names the dead holder of the race before until the winner has written there. */
  @Test
  void exactlyOneOfManyThatOpenAtOnceWinsAlsoAfterItsKill() throws Exception {
    for (int race = 0; race < RACES; race++) {
      List<ChildProgram> racers = new ArrayList<>();
      try {
        for (int i = 0; i < RACERS; i++) {
          Path errors = directory.resolve("errors-" + i);
          racers.add(ChildProgram.start(List.of(), Racer.class, errors, data().toString()));
        }
        for (ChildProgram racer : racers) {
          assertEquals("ready", racer.line());
        }
        for (ChildProgram racer : racers) {
          racer.say("go");
        }
        Map<ChildProgram, String> outcomes = new HashMap<>();
        for (ChildProgram racer : racers) {
          outcomes.put(racer, racer.line());
        }
        List<ChildProgram> winners =
            racers.stream().filter(racer -> "holds".equals(outcomes.get(racer))).toList();
        assertEquals(1, winners.size(), outcomes.values().toString());
        long winner = winners.getFirst().pid();
        Set<String> others = new HashSet<>(outcomes.values());
        others.removeAll(Set.of("holds", "refused by " + winner, "refused by -1"));
        assertEquals(Set.of(), others, "process " + winner + " holds it");
        refusals += racers.size() - 1;
        winners.getFirst().kill();
        kills++;
        races++;
      } finally {
        racers.forEach(ChildProgram::close);
      }
    }
    try (VectorDatabase database = VectorDatabase.open(data())) {
      assertTrue(database.collection("c").contains(1), "what the killed winners stored");
    }
  }

  private Path data() {
    return directory.resolve("data");
  }

  private ChildProgram startHolder() throws IOException {
    return ChildProgram.start(
        List.of(), Holder.class, directory.resolve("errors"), data().toString());
  }

  private static void upsert(VectorDatabase database) {
    database
        .collection("c", CollectionConfig.builder(2, Metric.EUCLIDEAN).build())
        .upsert(1, new float[] {1, 2}, Payload.empty());
  }

  /** The same, once it is told to. */
  static final class Racer {
    private Racer() {}

    public static void main(String[] arguments) throws IOException {
      System.out.println("ready");
      int unused = System.in.read();
      Holder.main(arguments);
    }
  }

  /** Opens a directory, says what came of it, and holds it until its standard input ends. */
  static final class Holder {
    private Holder() {}

    public static void main(String[] arguments) throws IOException {
      long start = System.nanoTime();
      try (VectorDatabase database = VectorDatabase.open(Path.of(arguments[0]))) {
        upsert(database);
        System.out.println("holds");
        System.in.transferTo(OutputStream.nullOutputStream());
      } catch (DatabaseLockedException refusal) {
        System.out.println("refused by " + refusal.holderPid().orElse(-1));
        System.out.println(refusal.getMessage());
        System.out.println(Duration.ofNanos(System.nanoTime() - start).toMillis());
      }
    }
  }
}
