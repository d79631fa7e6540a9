package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

final class SearchRequestTest {
  @Test
  void hasDefaults() {
    SearchRequest request = SearchRequest.of(new float[] {1, 2, 3}, 10);
    assertArrayEquals(new float[] {1, 2, 3}, request.query().toFloats());
    assertEquals(3, request.dimension());
    assertEquals(10, request.k());
    assertEquals(OptionalInt.empty(), request.efSearch());
    assertEquals(OptionalDouble.empty(), request.targetRecall());
    assertEquals(Optional.empty(), request.timeout());
    assertTrue(request.withPayload());
  }

  @Test
  void keepsWhatItWasGiven() {
    SearchRequest request =
        SearchRequest.builder(new float[1], Limits.K_MAX)
            .efSearch(Limits.EF_SEARCH_MAX)
            .timeout(Duration.ofMillis(3))
            .withPayload(false)
            .build();
    assertEquals(Limits.K_MAX, request.k());
    assertEquals(OptionalInt.of(Limits.EF_SEARCH_MAX), request.efSearch());
    assertEquals(Optional.of(Duration.ofMillis(3)), request.timeout());
    assertFalse(request.withPayload());
  }

  @Test
  void keepsATargetRecall() {
    SearchRequest request =
        SearchRequest.builder(new float[1], 1).targetRecall(Limits.TARGET_RECALL_MAX).build();
    assertEquals(OptionalDouble.of(0.999), request.targetRecall());
    assertEquals(OptionalInt.empty(), request.efSearch());
  }

  @Test
  void copiesTheQueryInAndOut() {
    float[] query = {1, 2};
    SearchRequest request = SearchRequest.of(query, 1);
    query[0] = 9;
    request.query().toFloats()[1] = 9;
    assertArrayEquals(new float[] {1, 2}, request.query().toFloats());
  }

  @Test
  void doesNotFollowItsBuilder() {
    SearchRequest.Builder builder = SearchRequest.builder(new float[1], 1);
    SearchRequest request = builder.build();
    builder.efSearch(5).withPayload(false);
    assertEquals(OptionalInt.empty(), request.efSearch());
    assertTrue(request.withPayload());
  }
}
