package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.distance.Metric;
import java.util.SplittableRandom;

/**
 * Records whose vectors follow from id and version, and whose payloads tell the version: whoever
 * reads one can tell whether vector and payload belong together. Euclidean distance, LONG ids.
 */
final class VersionedRecords {
  static final int DIMENSION = 32;
  static final CollectionConfig CONFIG =
      CollectionConfig.builder(DIMENSION, Metric.EUCLIDEAN).efConstruction(100).build();

  private VersionedRecords() {}

  static VectorRecord record(long id, long version) {
    return VectorRecord.of(id, vector(id, version), Payload.of("version", version, "id", id));
  }

  static float[] vector(long id, long version) {
    long seed = new SplittableRandom(id).nextLong() + version;
    return gaussian(new SplittableRandom(new SplittableRandom(seed).nextLong()));
  }

  /** A vector of independent normal elements. */
  static float[] gaussian(SplittableRandom random) {
    float[] vector = new float[DIMENSION];
    for (int i = 0; i < DIMENSION; i++) {
      vector[i] = (float) random.nextGaussian();
    }
    return vector;
  }

  static long id(RecordId id) {
    return ((RecordId.OfLong) id).value();
  }

  /** Fails unless vector and payload are of one version; which. */
  static long version(VectorRecord record) {
    long version = version(id(record.id()), record.payload());
    assertArrayEquals(vector(id(record.id()), version), record.floats(), "vector of " + record);
    return version;
  }

  /** Fails unless a hit's distance is that of its payload's version; which. */
  static long version(float[] query, Hit hit) {
    long id = id(hit.id());
    long version = version(id, hit.payload());
    double expected = NearestReference.distance(Metric.EUCLIDEAN, query, vector(id, version));
    assertTrue(
        NearestReference.near(expected, hit.distance()),
        () -> hit + " has not the distance of its version, " + expected);
    return version;
  }

  private static long version(long id, Payload payload) {
    assertTrue(
        payload.getLong("id").orElseThrow() == id, () -> "payload of " + id + " is " + payload);
    return payload.getLong("version").orElseThrow();
  }
}
