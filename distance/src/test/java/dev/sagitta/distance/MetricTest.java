package dev.sagitta.distance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.FloatRange;
import org.junit.jupiter.api.Test;

final class MetricTest {
  @Test
  void euclideanDistanceIsTheRootOfTheScore() {
    assertEquals(5f, Metric.EUCLIDEAN.distance(25f));
    assertEquals(0f, Metric.EUCLIDEAN.distance(0f));
  }

  @Test
  void cosineDistanceIsClampedWhereRoundingLeftItsRange() {
    assertEquals(0f, Metric.COSINE.distance(-0x1p-23f));
    assertEquals(2f, Metric.COSINE.distance(Math.nextUp(2f)));
    assertEquals(0.25f, Metric.COSINE.distance(0.25f));
  }

  @Test
  void theOtherDistancesAreTheScore() {
    assertEquals(-12.5f, Metric.DOT_PRODUCT.distance(-12.5f));
    assertEquals(12.5f, Metric.MANHATTAN.distance(12.5f));
    assertEquals(12f, Metric.HAMMING.distance(12f));
    assertEquals(0.125f, Metric.JACCARD.distance(0.125f));
  }

  @Test
  void comparesEitherNumbersOrBits() {
    for (ElementType elements : ElementType.values()) {
      boolean bits = elements == ElementType.BINARY;
      for (Metric metric : Metric.values()) {
        boolean ofBits = metric == Metric.HAMMING || metric == Metric.JACCARD;
        assertEquals(bits == ofBits, metric.supports(elements), metric + " " + elements);
      }
    }
  }

  @Test
  void nanStaysNan() {
    for (Metric metric : Metric.values()) {
      assertTrue(Float.isNaN(metric.distance(Float.NaN)), metric.name());
    }
  }

  @Property
  void distanceKeepsTheOrderOfScores(
      @ForAll Metric metric,
      @ForAll @FloatRange(min = 0, max = 1e35f) float score,
      @ForAll @FloatRange(min = 0, max = 1e35f) float other) {
    float near = metric.distance(Math.min(score, other));
    float far = metric.distance(Math.max(score, other));
    assertTrue(near <= far, () -> near + " > " + far);
  }
}
