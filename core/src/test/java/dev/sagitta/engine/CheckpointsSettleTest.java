package dev.sagitta.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.Durability;
import dev.sagitta.StorageException;
import dev.sagitta.persistence.CorruptFileException;
import dev.sagitta.persistence.FileEntry;
import dev.sagitta.persistence.FileKind;
import dev.sagitta.persistence.Interceptor;
import dev.sagitta.persistence.IoCall;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a checkpoint made superfluous goes, whatever else cannot be tidied up. */
final class CheckpointsSettleTest {
  /** Fill a vector extent. */
  private static final int ROWS_PER_EXTENT = 4;

  private CollectionParts parts;
  private CommitLog log;
  private WriteLane lane;
  private Checkpoints checkpoints;
  private int ids;

  CheckpointsSettleTest() throws IOException {
    parts = CollectionParts.create();
    begin();
  }

  private void begin() {
    parts.loadGraph();
    log = parts.log(Durability.sync());
    lane = parts.lane(CollectionParts.DIRECT, log);
    checkpoints = parts.checkpoints(log, lane);
  }

  @AfterEach
  void close() {
    parts.close();
  }

  private void fillExtents(int count) {
    for (int i = 0; i < count * ROWS_PER_EXTENT; i++, ids++) {
      assertEquals(
          1, parts.write(lane, CollectionParts.upsert("id-" + ids, ids, 0, 300)).join(), "id");
    }
  }

  private long files(FileKind kind) throws IOException {
    return parts.disk.list(CollectionParts.DIRECTORY).stream()
        .filter(name -> kind.number(name).isPresent())
        .count();
  }

  private long openVectorExtents() {
    return Arrays.stream(parts.state.vectors().extents().now())
        .filter(extent -> extent.file() == null)
        .count();
  }

  /** Fails what is asked of the first vectors' file, as long as the interceptor stays. */
  private void failForTheFirst(IoCall.Operation operation) {
    parts.disk.intercept(
        call ->
            call.operation() == operation && call.path().toString().contains("vectors-2.ext")
                ? Optional.of(Interceptor.Fault.of(new IOException("told to fail")))
                : Optional.empty());
  }

  private void assertTidy() throws IOException {
    assertEquals(2, files(FileKind.MANIFEST));
    assertEquals(2, files(FileKind.SLOTS));
    assertEquals(2, files(FileKind.LINKS));
  }

  @Test
  void anExtentThatCannotBeMappedKeepsNothingElse() throws IOException {
    failForTheFirst(IoCall.Operation.MAP);
    for (int i = 0; i < 5; i++) {
      fillExtents(2);
      checkpoints.runAndWait();
      assertEquals(
          Optional.of(
              "the last checkpoint holds, but what it replaced stays:"
                  + " java.io.IOException: told to fail"),
          checkpoints.warning());
      assertEquals(1, openVectorExtents(), "only the one that cannot be mapped");
    }
    assertTidy();
    parts.disk.intercept(call -> Optional.empty());
    fillExtents(1);
    checkpoints.runAndWait();
    assertEquals(Optional.empty(), checkpoints.warning());
    assertEquals(0, openVectorExtents());
  }

  @Test
  void anExtentWhoseFileIsDamagedIsWrittenAnew() throws IOException {
    fillExtents(3);
    CheckpointWriter writer =
        new CheckpointWriter(parts.files, parts.state, parts.graph.get(), Optional.empty());
    CollectionState.Published published = parts.state.published();
    writer.write(new CheckpointWriter.Point(published, parts.state.records().end(), log.roll()));
    FileEntry damaged = parts.files.entries(FileKind.VECTORS).get(1);
    parts.disk.flipBit(parts.files.path(damaged), 8 * 70);
    assertEquals(
        parts.files.path(damaged), assertThrows(CorruptFileException.class, writer::seal).file());
    assertEquals(1, openVectorExtents(), "those behind it are sealed");
    checkpoints.runAndWait();
    assertNotEquals(damaged, parts.files.entries(FileKind.VECTORS).get(1), "without a new write");
    assertEquals(0, openVectorExtents());
    assertTrue(checkpoints.warning().isPresent(), "the older generation is damaged");
    fillExtents(1);
    checkpoints.runAndWait();
    assertEquals(Optional.empty(), checkpoints.warning());
    assertTidy();
    parts = parts.reopened();
    assertEquals(ids, parts.state.published().live());
  }

  /**
   * The first write after an opening makes a manifest that lists what the checkpoint before does.
   */
  @Test
  void aCheckpointThatFailsAfterAnOpeningLeavesTwoGenerations() throws IOException {
    for (int i = 0; i < 2; i++) {
      fillExtents(1);
      checkpoints.runAndWait();
    }
    log.close();
    parts = parts.reopened();
    begin();
    fillExtents(1);
    parts.disk.failNext(
        call -> call.operation() == IoCall.Operation.CREATE, new IOException("disk full"));
    assertThrows(StorageException.class, checkpoints::runAndWait);
    assertEquals(2, files(FileKind.SLOTS));
    assertEquals(2, files(FileKind.LINKS));
    assertEquals(3, files(FileKind.MANIFEST));
    checkpoints.runAndWait();
    assertTidy();
  }

  @Test
  void anErrorWhileTidyingUpKeepsNothingElse() throws IOException {
    for (int i = 0; i < 3; i++) {
      fillExtents(1);
      checkpoints.runAndWait();
    }
    parts.reclaimer.retire(
        () -> {
          throw new InternalError("told to fail");
        });
    fillExtents(1);
    checkpoints.runAndWait();
    assertEquals(
        Optional.of(
            "the last checkpoint holds, but what it replaced stays:"
                + " java.lang.InternalError: told to fail"),
        checkpoints.warning());
    assertTidy();
  }
}
