package dev.sagitta.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sagitta.Durability;
import dev.sagitta.Hit;
import dev.sagitta.IdType;
import dev.sagitta.RecordId;
import dev.sagitta.SearchRequest;
import dev.sagitta.SearchResult;
import dev.sagitta.distance.VectorValue;
import dev.sagitta.hnsw.GraphInserter;
import dev.sagitta.persistence.FileKind;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a search makes of the moments between storing, linking and publishing. */
final class SearchesTest {
  private static final VectorValue ORIGIN = VectorValue.float32(0, 0);

  private CollectionParts parts;

  SearchesTest() throws IOException {
    parts = CollectionParts.create();
  }

  @AfterEach
  void close() {
    parts.close();
  }

  private Searches searches() {
    return new Searches(
        parts.state,
        parts.graph,
        parts.vectors,
        parts.walk,
        new SlotReader(parts.state, IdType.STRING),
        System::nanoTime);
  }

  private List<RecordId> search(int k, boolean exact) {
    return searches().search(SearchRequest.of(ORIGIN, k), ORIGIN, 0, exact).hits().stream()
        .map(Hit::id)
        .toList();
  }

  private static List<RecordId> ids(String... ids) {
    return Stream.of(ids).map(RecordId::of).toList();
  }

  /** Applies upserts of ids at growing distances. */
  private void apply(String... ids) {
    for (String id : ids) {
      int slot = parts.state.slots().count();
      parts.state.apply(slot + 1L, CollectionParts.upsert(id, slot + 1));
    }
  }

  @Test
  void findsASlotOnceThatIsLinkedAndStillPending() {
    parts.loadGraph();
    apply("a", "b", "c");
    parts.state.publish();
    GraphInserter inserter = new GraphInserter(parts.graph.get());
    inserter.insert(2);
    inserter.insert(0);
    assertEquals(ids("a", "b", "c"), search(5, false));
    long entry = parts.state.pending().claim();
    parts.state.pending().complete(entry);
    assertEquals(ids("a", "b", "c"), search(5, false));
  }

  @Test
  void doesTheSameWhenSlotsArePendingOutOfOrder() throws IOException {
    parts.loadGraph();
    CommitLog log = parts.log(Durability.sync());
    WriteLane lane = parts.lane(CollectionParts.DIRECT, log);
    for (int i = 1; i <= 5; i++) {
      parts.write(lane, CollectionParts.upsert("id-" + i, i)).join();
    }
    new GraphInserter(parts.graph.get()).insert(0);
    new GraphInserter(parts.graph.get()).insert(1);
    parts.checkpoints(log, lane).runAndWait();
    log.close();
    parts.disk.flipBit(parts.newest(FileKind.LINKS), 8 * 70);
    parts = parts.reopened();
    parts.loadGraph();
    int[] length = new int[1];
    assertEquals(2, parts.state.pending().copy(new int[5], length)[0], "those at the checkpoint");
    assertEquals(5, length[0]);
    new GraphInserter(parts.graph.get()).insert(1);
    new GraphInserter(parts.graph.get()).insert(4);
    assertEquals(ids("id-1", "id-2", "id-3", "id-4", "id-5"), search(9, false));
  }

  /** A link to a slot whose sequence is not visible yet is harmless. */
  @Test
  void seesNoSlotThatIsNotPublished() {
    parts.loadGraph();
    apply("a", "b");
    parts.state.publish();
    GraphInserter inserter = new GraphInserter(parts.graph.get());
    apply("c", "a");
    for (int slot = 0; slot < 4; slot++) {
      inserter.insert(slot);
    }
    assertEquals(ids("a", "b"), search(5, false));
    assertEquals(ids("a", "b"), search(5, true));
    parts.state.publish();
    assertEquals(ids("b", "c", "a"), search(5, false));
    assertEquals(ids("b", "c", "a"), search(5, true));
  }

  private static List<RecordId> ids(SearchResult result) {
    return result.hits().stream().map(Hit::id).toList();
  }

  /** Also what is linked, or forgotten because no search that begins now can see it. */
  @Test
  void aViewStaysAsItWas() {
    parts.loadGraph();
    apply("a", "b", "c");
    parts.state.publish();
    GraphInserter inserter = new GraphInserter(parts.graph.get());
    inserter.insert(0);
    parts.state.pending().complete(parts.state.pending().claim());
    parts.state.pending().setAside(parts.state.pending().claim());
    Searches searches = searches();
    Searches.View view = searches.begin(false);
    Searches.View exact = searches.begin(true);
    apply("d", "b", "a");
    parts.state.apply(7, CollectionParts.delete("c"));
    parts.state.publish();
    parts.state.pending().queueAside(slot -> true);
    for (long entry = 2; entry < 6; entry++) {
      assertEquals(entry, parts.state.pending().claim());
      inserter.insert(parts.state.pending().slot(entry));
      parts.state.pending().complete(entry);
    }
    assertEquals(ids("d", "b", "a"), search(5, false));
    SearchRequest request = SearchRequest.of(ORIGIN, 5);
    for (int i = 0; i < 2; i++) {
      assertEquals(ids("a", "b", "c"), ids(searches.search(view, request)));
      assertEquals(
          List.of(ids("a", "b", "c"), ids("a", "b", "c")),
          searches.scan(exact, List.of(request, request)).stream().map(SearchesTest::ids).toList());
    }
    searches.end(view);
    searches.end(exact);
    assertEquals(ids("d", "b", "a"), ids(searches.search(searches.begin(false), request)));
  }
}
