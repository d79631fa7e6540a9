package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.hnsw.HnswParameters;
import org.junit.jupiter.api.Test;

final class LimitsTest {
  /** The API's values must not need the graph's module, so both state them. */
  @Test
  void areThoseOfTheGraph() {
    assertEquals(HnswParameters.M_MIN, Limits.M_MIN);
    assertEquals(HnswParameters.M_MAX, Limits.M_MAX);
    assertEquals(HnswParameters.EF_CONSTRUCTION_MAX, Limits.EF_CONSTRUCTION_MAX);
    assertTrue(HnswParameters.EF_SEARCH_MAX >= Limits.EF_SEARCH_MAX);
  }
}
