package dev.sagitta.examples.quickstart;

import dev.sagitta.CollectionConfig;
import dev.sagitta.Payload;
import dev.sagitta.VectorCollection;
import dev.sagitta.VectorDatabase;
import dev.sagitta.VectorRecord;
import dev.sagitta.distance.Metric;
import java.util.SplittableRandom;

/**
 * The records of the crash test. A record follows from its id alone, so that the process that
 * checks knows what the process that was killed has written.
 */
final class CrashRecords {
  /** The name of their collection. */
  static final String COLLECTION = "crash-test";

  private static final int DIMENSION = 256;
  private static final CollectionConfig CONFIG =
      CollectionConfig.builder(DIMENSION, Metric.EUCLIDEAN).build();

  private CrashRecords() {}

  /** Opens their collection, or creates it. */
  static VectorCollection open(VectorDatabase database) {
    return database.collection(COLLECTION, CONFIG);
  }

  /** The record of an id. */
  static VectorRecord record(long id) {
    SplittableRandom random = new SplittableRandom(id);
    float[] vector = new float[DIMENSION];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = (float) random.nextGaussian();
    }
    return VectorRecord.of(id, vector, Payload.of("text", "record " + id));
  }
}
