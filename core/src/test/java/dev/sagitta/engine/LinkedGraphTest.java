package dev.sagitta.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.Durability;
import dev.sagitta.UnsupportedFormatException;
import dev.sagitta.hnsw.GraphInserter;
import dev.sagitta.persistence.FileKind;
import dev.sagitta.persistence.FormatVersionException;
import dev.sagitta.persistence.Interceptor;
import dev.sagitta.persistence.IoCall;
import dev.sagitta.persistence.Surgery;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class LinkedGraphTest {
  private CollectionParts parts;

  LinkedGraphTest() throws IOException {
    parts = CollectionParts.create();
  }

  @AfterEach
  void close() {
    parts.close();
  }

  /** Five records, of which the last is pending, and one that was replaced, in a checkpoint. */
  private void store() throws IOException {
    parts.loadGraph();
    CommitLog log = parts.log(Durability.sync());
    WriteLane lane = parts.lane(CollectionParts.DIRECT, log);
    for (String id : List.of("a", "b", "b", "c", "d", "e")) {
      parts.write(lane, CollectionParts.upsert(id, id.charAt(0))).join();
    }
    link(5);
    parts.checkpoints(log, lane).runAndWait();
    log.close();
  }

  private void link(int slots) {
    GraphInserter inserter = new GraphInserter(parts.graph.get());
    for (int i = 0; i < slots; i++) {
      long entry = parts.state.pending().claim();
      inserter.insert(parts.state.pending().slot(entry));
      parts.state.pending().complete(entry);
    }
  }

  private List<Integer> pending() {
    int[] length = new int[1];
    int[] copy = parts.state.pending().copy(new int[1], length);
    return Arrays.stream(copy, 0, length[0]).boxed().toList();
  }

  @Test
  void isReadFromTheLinksOfTheCheckpoint() throws IOException {
    store();
    parts = parts.reopened();
    assertFalse(parts.graph.done());
    assertEquals(0, parts.graph.bytes());
    assertEquals(List.of(5), pending());
    parts.loadGraph();
    assertTrue(parts.graph.done());
    assertNull(parts.graph.failure());
    assertTrue(parts.graph.bytes() > 0);
    assertEquals(List.of(5), pending());
    for (int slot = 0; slot < 5; slot++) {
      assertTrue(parts.graph.get().contains(slot));
    }
    assertFalse(parts.graph.get().contains(5));
    assertEquals(Optional.empty(), parts.graph.warning());
  }

  @Test
  void beginsAnewWithEveryLiveSlotPendingWhenLinksAreDamaged() throws IOException {
    store();
    parts.disk.flipBit(parts.newest(FileKind.LINKS), 8 * 70);
    parts = parts.reopened();
    parts.loadGraph();
    assertEquals(0, parts.graph.get().linkedCount());
    // Slot 1 was replaced; slot 5 was pending already and must not be there twice.
    assertEquals(List.of(5, 0, 2, 3, 4), pending());
    String warning = parts.graph.warning().orElseThrow();
    assertTrue(
        warning.startsWith("links are being rebuilt: Corrupt file /data/parts/links-"), warning);
  }

  /** Opening refuses them; here it could not read their header, or they came since. */
  @Test
  void neverBuildsLinksOfANewerFormatAnew() throws IOException {
    store();
    parts = parts.reopened();
    Path links = parts.newest(FileKind.LINKS);
    byte[] bytes = parts.disk.bytes(links);
    Surgery.Format.INCOMPATIBLE_FEATURE.apply(bytes);
    Surgery.replace(parts.disk, links, bytes);
    var e = assertThrows(UnsupportedFormatException.class, parts::loadGraph);
    assertEquals(links, e.file());
    assertEquals(e, parts.graph.failure());
    assertEquals(List.of(5), pending());
    assertThrows(FormatVersionException.class, () -> CollectionParts.open(parts.disk));
  }

  /** An error of input is no obstacle: links can be built anew. */
  @Test
  void openingGoesOnWhereTheHeaderOfLinksCannotBeRead() throws IOException {
    store();
    Path links = parts.newest(FileKind.LINKS);
    parts.disk.failNext(
        call -> call.path().equals(links) && call.operation() == IoCall.Operation.READ,
        new IOException("told to fail"));
    parts = parts.reopened();
    parts.loadGraph();
    assertEquals(Optional.empty(), parts.graph.warning());
  }

  @Test
  void readsAgainWhenReadingFailsOnce() throws IOException {
    store();
    parts = parts.reopened();
    parts.disk.failNext(
        call -> call.operation() == IoCall.Operation.READ, new IOException("told to fail"));
    parts.loadGraph();
    assertEquals(List.of(5), pending());
    assertEquals(5, parts.graph.get().linkedCount());
    assertEquals(Optional.empty(), parts.graph.warning());
  }

  @Test
  void beginsAnewWhenLinksCannotBeRead() throws IOException {
    store();
    parts = parts.reopened();
    parts.disk.intercept(
        call ->
            call.operation() == IoCall.Operation.READ
                ? Optional.of(Interceptor.Fault.of(new IOException("told to fail")))
                : Optional.empty());
    parts.loadGraph();
    assertEquals(5, pending().size());
    String warning = parts.graph.warning().orElseThrow();
    assertTrue(warning.startsWith("links are being rebuilt: "), warning);
    assertTrue(warning.endsWith("told to fail"), warning);
  }

  @Test
  void isWaitedForAtMostForATime() {
    long begun = System.nanoTime();
    parts.graph.await(TimeUnit.MILLISECONDS.toNanos(20));
    assertTrue(System.nanoTime() - begun >= TimeUnit.MILLISECONDS.toNanos(20));
    assertFalse(parts.graph.done());
    parts.graph.await(-1);
    parts.loadGraph();
    parts.graph.await(Long.MAX_VALUE);
    assertTrue(parts.graph.done());
  }

  /** A rebuilt graph is stored once, though no record is new, and is then no news any more. */
  @Test
  void isStoredAgainAfterItWasRebuilt() throws IOException {
    store();
    parts.disk.flipBit(parts.newest(FileKind.LINKS), 8 * 70);
    parts = parts.reopened();
    parts.loadGraph();
    link(5);
    CommitLog log = parts.log(Durability.sync());
    WriteLane lane = parts.lane(CollectionParts.DIRECT, log);
    parts.checkpoints(log, lane).runAndWait();
    assertEquals(Optional.empty(), parts.graph.warning());
    String digest = parts.disk.digest();
    parts.checkpoints(log, lane).runAndWait();
    assertEquals(digest, parts.disk.digest());
    log.close();
    parts = parts.reopened();
    parts.loadGraph();
    assertEquals(Optional.empty(), parts.graph.warning());
    assertEquals(List.of(), pending());
    assertEquals(5, parts.graph.get().linkedCount());
  }

  @Test
  void tellsEveryoneWhoWaitsWhyItCouldNotBeLoaded() throws IOException {
    store();
    parts = parts.reopened();
    parts.disk.intercept(
        call -> {
          throw new IllegalStateException("a bug");
        });
    assertThrows(IllegalStateException.class, parts::loadGraph);
    parts.disk.intercept(call -> Optional.empty());
    assertTrue(parts.graph.done());
    assertEquals("a bug", assertThrows(IllegalStateException.class, parts.graph::get).getMessage());
    assertEquals(0, parts.graph.bytes());
  }
}
