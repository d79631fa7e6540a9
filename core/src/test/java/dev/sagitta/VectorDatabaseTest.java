package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.distance.Metric;
import dev.sagitta.engine.Environment;
import dev.sagitta.engine.PlatformThreads;
import dev.sagitta.persistence.IoCall;
import dev.sagitta.persistence.SimulatedFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;

final class VectorDatabaseTest {
  private static final float[] VECTOR = {1, 2};
  private static final CollectionConfig CONFIG =
      CollectionConfig.builder(2, Metric.EUCLIDEAN).build();

  private final SimulatedDatabase simulated = new SimulatedDatabase();

  @AfterEach
  void close() {
    simulated.files().intercept(call -> Optional.empty());
    simulated.close();
  }

  private static VectorDatabase open(SimulatedFiles files, Path directory) {
    return VectorDatabase.open(
        directory,
        DatabaseOptions.builder().linkerThreads(1).build(),
        new Environment(files, new PlatformThreads(1), System::nanoTime, SimulatedDatabase.SMALL));
  }

  @Test
  void makesItsDirectoryAndThoseAboveIt() {
    Path deep = Path.of("/a/b/c").toAbsolutePath();
    for (int seed = 0; seed < 5; seed++) {
      SimulatedFiles files = new SimulatedFiles();
      try (VectorDatabase database = open(files, deep)) {
        assertEquals(deep, database.directory());
        database.collection("docs", CONFIG).upsert(1, VECTOR, Payload.empty());
      }
      try (VectorDatabase database = open(files.crash(seed), deep)) {
        assertEquals(1, database.collection("docs").count());
      }
    }
  }

  /** Killed before it could make the names of its directories durable. */
  @Test
  void anAcknowledgedWriteHoldsTheNamesOfItsDirectories() {
    Path deep = Path.of("/a/b").toAbsolutePath();
    for (int step = 1; step <= 5; step++) {
      SimulatedFiles first = new SimulatedFiles();
      first.crashAtStep(step);
      try {
        open(first, deep).close();
      } catch (StorageException crashed) {
        assertTrue(crashed.toString().endsWith("crashed"), crashed.toString());
      }
      SimulatedFiles second = first.killProcess();
      try (VectorDatabase database = open(second, deep)) {
        database.collection("docs", CONFIG).upsert(1, VECTOR, Payload.empty());
      }
      for (int seed = 0; seed < 8; seed++) {
        try (VectorDatabase database = open(second.crash(seed), deep)) {
          assertEquals(List.of("docs"), database.collectionNames(), "step " + step);
          assertEquals(1, database.collection("docs").count());
        }
      }
    }
  }

  @Test
  void listsCollectionsByName() throws IOException {
    assertEquals(List.of(), simulated.database().collections());
    CollectionConfig strings =
        CollectionConfig.builder(7, Metric.COSINE).ids(IdType.STRING).m(8).build();
    for (String name : List.of("zebra", "ant", "bee-2", "_")) {
      simulated.database().collection(name, name.equals("bee-2") ? strings : CONFIG);
    }
    // What is no collection is left alone.
    simulated.files().createDirectory(SimulatedDatabase.DIRECTORY.resolve("Foreign"));
    simulated.files().create(SimulatedDatabase.DIRECTORY.resolve("file")).close();
    for (int round = 0; round < 2; round++) {
      assertEquals(List.of("_", "ant", "bee-2", "zebra"), simulated.database().collectionNames());
      for (CollectionInfo info : simulated.database().collections()) {
        assertEquals(Optional.of(info.name().equals("bee-2") ? strings : CONFIG), info.config());
        assertEquals(Optional.empty(), info.damage());
      }
      simulated.reopen();
    }
  }

  @Test
  void listsNamesWithoutOpeningAFile() {
    simulated.plane().upsert(1, VECTOR);
    simulated.database().collection("other", CONFIG);
    simulated.reopen();
    simulated.damage("plane", "MANIFEST-");
    Set<IoCall.Operation> met = EnumSet.noneOf(IoCall.Operation.class);
    simulated
        .files()
        .intercept(
            call -> {
              met.add(call.operation());
              return Optional.empty();
            });
    assertEquals(List.of("other", "plane"), simulated.database().collectionNames());
    assertEquals(EnumSet.of(IoCall.Operation.LIST, IoCall.Operation.EXISTS), met);
  }

  @Test
  void opensACollectionOnce() {
    VectorCollection first = simulated.plane();
    VectorCollection second = simulated.database().collection("plane");
    first.upsert(1, VECTOR, Payload.empty());
    assertEquals(1, second.count());
    assertEquals(1, simulated.plane().count());
  }

  @Test
  void keepsCollectionsApart() {
    VectorCollection one = simulated.database().collection("one", CONFIG);
    VectorCollection two = simulated.database().collection("two", CONFIG);
    one.upsert(1, VECTOR, Payload.empty());
    two.upsert(2, VECTOR, Payload.empty());
    simulated.kill();
    assertTrue(simulated.database().collection("one").contains(1));
    assertFalse(simulated.database().collection("one").contains(2));
    assertTrue(simulated.database().collection("two").contains(2));
  }

  @Test
  void dropsACollectionWithItsFiles() throws IOException {
    VectorCollection plane = simulated.plane();
    plane.upsert(1, VECTOR, Payload.empty());
    simulated.database().drop("plane");
    assertClosed(plane, "collection plane is closed");
    assertEquals(List.of("LOCK"), simulated.files().list(SimulatedDatabase.DIRECTORY));
    assertEquals(List.of(), simulated.database().collections());
    assertThrows(CollectionNotFoundException.class, () -> simulated.database().collection("plane"));
    // A new one under the old name, of another kind.
    VectorCollection again = simulated.plane(Metric.COSINE);
    assertEquals(0, again.count());
    simulated.reopen();
    // Not open this time.
    simulated.database().drop("plane");
    simulated.crash(1);
    assertEquals(List.of(), simulated.database().collections());
  }

  /** Every call on a collection that is closed fails, and says which it is. */
  private static void assertClosed(VectorCollection plane, String message) {
    List<Executable> calls =
        List.of(
            () -> plane.upsert(1, VECTOR, Payload.empty()),
            () -> plane.upsertAll(Stream.of(VectorRecord.of(1, VECTOR))),
            () -> plane.apply(new WriteBatch().delete(1)),
            () -> plane.delete(1),
            () -> plane.deleteAll(List.of(RecordId.of(1))),
            () -> plane.get(1),
            () -> plane.contains(1),
            plane::count,
            () -> plane.search(SearchRequest.of(VECTOR, 1)),
            () -> plane.searchExact(SearchRequest.of(VECTOR, 1)),
            plane::records,
            plane::checkpoint,
            plane::flush,
            plane::awaitIndexed,
            () -> plane.awaitIndexed(Duration.ofSeconds(1)),
            plane::stats);
    for (Executable call : calls) {
      assertEquals(message, assertThrows(ClosedException.class, call).getMessage());
    }
    assertEquals("plane", plane.name());
  }

  @Test
  void refusesEverythingOnceClosed() {
    VectorCollection plane = simulated.plane();
    plane.upsert(1, VECTOR, Payload.empty());
    Stream<VectorRecord> begun = plane.records();
    VectorDatabase database = simulated.database();
    database.close();
    database.close();
    assertClosed(plane, "collection plane is closed");
    assertThrows(ClosedException.class, begun::toList);
    List<Executable> calls =
        List.of(
            () -> database.collection("plane"),
            () -> database.collection("plane", CONFIG),
            database::collections,
            database::collectionNames,
            () -> database.drop("plane"));
    for (Executable call : calls) {
      assertEquals(
          "database /data is closed", assertThrows(ClosedException.class, call).getMessage());
    }
    assertEquals(SimulatedDatabase.DIRECTORY, database.directory());
  }

  @Test
  void hasADirectoryToItself() {
    DatabaseLockedException locked =
        assertThrows(
            DatabaseLockedException.class,
            () -> open(simulated.files(), SimulatedDatabase.DIRECTORY));
    assertEquals(OptionalLong.of(ProcessHandle.current().pid()), locked.holderPid());
    String pid = Long.toString(ProcessHandle.current().pid());
    assertTrue(String.valueOf(locked.getMessage()).contains(pid), locked.getMessage());
    simulated.plane().upsert(1, VECTOR, Payload.empty());
    simulated.database().close();
    try (VectorDatabase next = open(simulated.files(), SimulatedDatabase.DIRECTORY)) {
      assertEquals(1, next.collection("plane").count());
    }
  }

  @Test
  void removesWhatACreationOrADropLeftBehind() throws IOException {
    for (String name : List.of("a.creating", "b.dropped")) {
      Path left = SimulatedDatabase.DIRECTORY.resolve(name);
      simulated.files().createDirectory(left);
      simulated.files().create(left.resolve("MANIFEST-1")).close();
    }
    simulated.files().createDirectory(SimulatedDatabase.DIRECTORY.resolve("Other.dropped"));
    simulated.reopen();
    assertEquals(
        List.of("LOCK", "Other.dropped"), simulated.files().list(SimulatedDatabase.DIRECTORY));
  }

  @Test
  void leavesAloneWhatIsNotItsOwn() throws IOException {
    Path file = SimulatedDatabase.DIRECTORY.resolve("notes.dropped");
    Path directory = SimulatedDatabase.DIRECTORY.resolve("photos.dropped");
    simulated.files().create(file).close();
    simulated.files().createDirectory(directory);
    simulated.files().create(directory.resolve("MANIFEST-1")).close();
    simulated.files().create(directory.resolve("cat.jpg")).close();
    simulated.reopen();
    assertTrue(simulated.files().exists(file));
    assertEquals(List.of("MANIFEST-1", "cat.jpg"), simulated.files().list(directory));
    for (String name : List.of("notes", "photos")) {
      VectorCollection collection = simulated.database().collection(name, CONFIG);
      collection.upsert(1, VECTOR);
      String message =
          String.valueOf(
              assertThrows(StorageException.class, () -> simulated.database().drop(name))
                  .getMessage());
      assertTrue(message.contains(name + ".dropped: not left behind by Sagitta"), message);
      assertEquals(1, collection.count(), "still open");
    }
    assertEquals(List.of("MANIFEST-1", "cat.jpg"), simulated.files().list(directory));
  }

  @Test
  void opensThoughALeftoverCannotBeRemoved() throws IOException {
    Path left = SimulatedDatabase.DIRECTORY.resolve("b.dropped");
    simulated.files().createDirectory(left);
    simulated.files().create(left.resolve("MANIFEST-1")).close();
    simulated
        .files()
        .failNext(call -> call.operation() == IoCall.Operation.DELETE, new IOException("no"));
    simulated.reopen();
    simulated.plane().upsert(1, VECTOR, Payload.empty());
    simulated.reopen();
    assertEquals(List.of("plane"), simulated.database().collectionNames());
    assertFalse(simulated.files().exists(left));
  }

  @Test
  void aCreationThatFailsCanBeTriedAgain() {
    boolean failed = true;
    for (int number = 0; failed; number++) {
      int[] left = {number};
      simulated
          .files()
          .failNext(call -> left[0]-- == 0, new IOException("call " + number + " fails"));
      try {
        simulated.database().collection("docs", CONFIG);
        failed = false;
      } catch (StorageException told) {
        assertTrue(told.toString().endsWith("call " + number + " fails"), told.toString());
      }
      simulated.files().intercept(call -> Optional.empty());
      VectorCollection docs = simulated.database().collection("docs", CONFIG);
      docs.upsert(1, VECTOR, Payload.empty());
      assertEquals(1, docs.count());
      simulated.crash(number);
      assertEquals(1, simulated.database().collection("docs").count());
      simulated.database().drop("docs");
    }
  }

  /** How a machine comes back after it stopped at some step. */
  private interface Aftermath {
    void happen(SimulatedDatabase stopped, long seed);
  }

  private static final List<Aftermath> AFTERMATHS =
      List.of((stopped, seed) -> stopped.kill(), SimulatedDatabase::crash);

  /** Stops some work at every step, in every way; each time the check must hold. */
  private static void stopAtEveryStep(
      Consumer<SimulatedDatabase> before,
      Consumer<SimulatedDatabase> work,
      Consumer<SimulatedDatabase> check) {
    boolean stopped = true;
    for (int step = 1; stopped; step++) {
      for (Aftermath aftermath : AFTERMATHS) {
        for (long seed = 0; seed < 3; seed++) {
          try (SimulatedDatabase machine = new SimulatedDatabase()) {
            before.accept(machine);
            long end = machine.files().ioSteps() + step;
            machine.files().crashAtStep(end);
            try {
              work.accept(machine);
            } catch (SagittaException expected) {
              assertTrue(machine.files().ioSteps() >= end, expected::toString);
            }
            stopped = machine.files().ioSteps() >= end;
            aftermath.happen(machine, seed);
            check.accept(machine);
            // What was done after the stop must hold through the next one.
            machine.crash(seed);
            check.accept(machine);
          }
        }
      }
    }
  }

  @Test
  void aCollectionIsMadeWholeOrNotAtAll() {
    stopAtEveryStep(
        machine -> {},
        SimulatedDatabase::plane,
        machine -> {
          List<CollectionInfo> infos = machine.database().collections();
          assertTrue(infos.size() <= 1);
          if (!infos.isEmpty()) {
            assertEquals(Optional.of(CONFIG), infos.getFirst().config());
          }
          // The second time, what the first check acknowledged must be there.
          VectorCollection plane = machine.plane();
          assertEquals(plane.stats().sequence(), plane.count());
          plane.upsert(plane.count(), VECTOR, Payload.empty());
          assertTrue(plane.contains(plane.count() - 1));
        });
  }

  @Test
  void anAcknowledgedWriteHoldsTheNameOfItsCollection() {
    long[] written = {0};
    stopAtEveryStep(
        machine -> written[0] = 0,
        SimulatedDatabase::plane,
        machine -> {
          assertEquals(written[0], machine.plane().count());
          machine.plane().upsert(1, VECTOR, Payload.empty());
          written[0] = 1;
        });
  }

  @Test
  void aCollectionIsDroppedWholeOrNotAtAll() {
    stopAtEveryStep(
        machine -> {
          for (int id = 0; id < 20; id++) {
            machine.plane().upsert(id, VECTOR, Payload.empty());
          }
          machine.reopen();
        },
        machine -> machine.database().drop("plane"),
        machine -> {
          for (CollectionInfo info : machine.database().collections()) {
            assertEquals(Optional.empty(), info.damage());
            assertEquals(20, machine.database().collection("plane").count());
          }
        });
  }

  /** Killed while it drops, and cut from power while the next opening removes what is left. */
  @Test
  void aDropThatIsResumedIsWholeToo() {
    for (int step = 1; step < 6; step++) {
      for (int second = 1; second < 6; second++) {
        try (SimulatedDatabase machine = new SimulatedDatabase()) {
          machine.plane().upsert(1, VECTOR, Payload.empty());
          machine.reopen();
          machine.files().crashAtStep(machine.files().ioSteps() + step);
          boolean acknowledged = dropped(machine.database());
          assertEquals(step > 2, acknowledged, "once its new name is durable");
          SimulatedFiles killed = machine.files().killProcess();
          killed.crashAtStep(killed.ioSteps() + second);
          try {
            open(killed, SimulatedDatabase.DIRECTORY).close();
          } catch (StorageException crashed) {
            assertTrue(crashed.toString().endsWith("crashed"), crashed.toString());
          }
          for (long seed = 0; seed < 8; seed++) {
            try (VectorDatabase last = open(killed.crash(seed), SimulatedDatabase.DIRECTORY)) {
              for (CollectionInfo info : last.collections()) {
                assertEquals(Optional.empty(), info.damage());
                assertEquals(1, last.collection("plane").count());
                assertFalse(acknowledged);
              }
            }
          }
        }
      }
    }
  }

  private static boolean dropped(VectorDatabase database) {
    try {
      database.drop("plane");
      return true;
    } catch (StorageException crashed) {
      return false;
    }
  }

  @Test
  void aDropThatFailsLeavesTheCollection() {
    simulated.plane().upsert(1, VECTOR, Payload.empty());
    simulated
        .files()
        .failNext(
            call -> call.operation() == IoCall.Operation.RENAME, new IOException("told to fail"));
    assertEquals(
        "dropping collection plane failed: java.io.IOException: told to fail",
        assertThrows(StorageException.class, () -> simulated.database().drop("plane"))
            .getMessage());
    assertEquals(1, simulated.plane().count());
  }

  /** Its name is gone for good by then. */
  @Test
  void aDropThatCannotDeleteIsDone() throws IOException {
    for (boolean reopened : new boolean[] {true, false}) {
      simulated.plane().upsert(1, VECTOR, Payload.empty());
      simulated
          .files()
          .failNext(
              call -> call.operation() == IoCall.Operation.DELETE, new IOException("told to fail"));
      simulated.database().drop("plane");
      assertEquals(List.of(), simulated.database().collections());
      assertEquals(
          List.of("LOCK", "plane.dropped"), simulated.files().list(SimulatedDatabase.DIRECTORY));
      if (reopened) {
        simulated.reopen();
      } else {
        assertEquals(0, simulated.plane().count(), "a new one");
        simulated.database().drop("plane");
      }
      assertEquals(List.of("LOCK"), simulated.files().list(SimulatedDatabase.DIRECTORY));
    }
  }

  /** What is not a collection's is never deleted, nor put out of the way. */
  @Test
  void dropsNothingThatHoldsForeignFiles() throws IOException {
    Path directory = SimulatedDatabase.DIRECTORY.resolve("plane");
    simulated.plane().upsert(1, VECTOR, Payload.empty());
    simulated.files().create(directory.resolve("notes.txt")).close();
    simulated.files().createDirectory(directory.resolve("photos"));
    simulated.files().create(directory.resolve("photos").resolve("cat.jpg")).close();
    assertDropRefused(directory.resolve("notes.txt"));
    simulated.files().delete(directory.resolve("notes.txt"));
    assertDropRefused(directory.resolve("photos"));
    simulated.files().delete(directory.resolve("photos").resolve("cat.jpg"));
    simulated.files().delete(directory.resolve("photos"));
    simulated.database().drop("plane");
    assertEquals(List.of("LOCK"), simulated.files().list(SimulatedDatabase.DIRECTORY));
  }

  /** Of the collection as it is open, and as it is not. */
  private void assertDropRefused(Path foreign) {
    for (boolean open : new boolean[] {true, false}) {
      VectorCollection plane = simulated.plane();
      if (!open) {
        simulated.reopen();
      }
      String digest = simulated.files().digest();
      assertEquals(
          "dropping collection plane failed: java.nio.file.FileSystemException: "
              + foreign
              + ": not a file of the collection, and never deleted",
          assertThrows(StorageException.class, () -> simulated.database().drop("plane"))
              .getMessage());
      assertEquals(digest, simulated.files().digest());
      assertEquals(1, (open ? plane : simulated.plane()).count());
    }
  }

  @Test
  void dropsNoFileOfACollectionsName() throws IOException {
    Path file = SimulatedDatabase.DIRECTORY.resolve("plane");
    simulated.files().create(file).close();
    assertThrows(StorageException.class, () -> simulated.database().drop("plane"));
    assertEquals(List.of("LOCK", "plane"), simulated.files().list(SimulatedDatabase.DIRECTORY));
  }

  @Test
  @Timeout(120)
  void callersThatRaceWithCloseEnd() throws Exception {
    for (int round = 0; round < 25; round++) {
      try (SimulatedDatabase machine = new SimulatedDatabase().durability(Durability.os());
          ExecutorService threads = Executors.newFixedThreadPool(5)) {
        VectorCollection plane = machine.plane();
        List<Callers> callers =
            List.of(
                () -> plane.upsert(1, VECTOR, Payload.empty()),
                () -> plane.apply(new WriteBatch().upsert(2, VECTOR, Payload.empty())),
                plane::checkpoint,
                plane::flush,
                () -> plane.search(SearchRequest.of(VECTOR, 1)));
        List<Future<String>> ends = new ArrayList<>();
        for (Callers caller : callers) {
          ends.add(threads.submit(() -> callUntilClosed(caller)));
        }
        Thread.sleep(1 + round % 4);
        machine.database().close();
        for (Future<String> end : ends) {
          String message = end.get(30, TimeUnit.SECONDS);
          assertTrue(message.endsWith("plane is closed"), message);
        }
      }
    }
  }

  /** A call that is made again and again. */
  private interface Callers {
    void call();
  }

  private static String callUntilClosed(Callers caller) {
    while (true) {
      try {
        caller.call();
      } catch (ClosedException closed) {
        return String.valueOf(closed.getMessage());
      }
    }
  }
}
