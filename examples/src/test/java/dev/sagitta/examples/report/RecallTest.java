package dev.sagitta.examples.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sagitta.Hit;
import dev.sagitta.Payload;
import dev.sagitta.RecordId;
import dev.sagitta.SearchResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RecallTest {
  private static final SearchResult EXACT = result(1f, 2f, 3f, 3f);

  @Test
  void isWholeIfAllDistancesAreThere() {
    assertEquals(1, Recall.of(EXACT, EXACT));
  }

  @Test
  void isLessByWhatIsFartherThanTheFarthestNeighbour() {
    assertEquals(0.5, Recall.of(result(1f, 3f, 4f, 5f), EXACT));
  }

  @Test
  void isLessByWhatIsMissing() {
    assertEquals(0.75, Recall.of(result(1f, 2f, 3f), EXACT));
  }

  @Test
  void isWholeIfThereIsNothingToFind() {
    assertEquals(1, Recall.of(result(), result()));
  }

  private static SearchResult result(float... distances) {
    List<Hit> hits = new ArrayList<>();
    for (float distance : distances) {
      hits.add(new Hit(RecordId.of(hits.size()), distance, Payload.empty()));
    }
    return new SearchResult(hits, Optional.empty());
  }
}
