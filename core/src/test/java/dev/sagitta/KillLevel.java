package dev.sagitta;

import dev.sagitta.distance.Metric;
import dev.sagitta.persistence.FileOperations;
import java.nio.file.Path;
import java.time.Duration;

/** The durability levels of the kill test, each with a metric and a kind of id of its own. */
enum KillLevel {
  SYNC(Durability.sync(), Metric.EUCLIDEAN, IdType.LONG),
  INTERVAL(Durability.interval(Duration.ofMillis(10), 16 << 10), Metric.COSINE, IdType.STRING),
  OS(Durability.os(), Metric.MANHATTAN, IdType.UUID);

  static final String COLLECTION = "killed";

  private final Durability durability;
  private final Metric metric;
  private final IdType idType;

  KillLevel(Durability durability, Metric metric, IdType idType) {
    this.durability = durability;
    this.metric = metric;
    this.idType = idType;
  }

  Metric metric() {
    return metric;
  }

  KillScript script(long seed) {
    return new KillScript(seed, idType);
  }

  VectorDatabase open(Path directory) {
    return SmallDatabase.open(directory, durability);
  }

  /** Opens a database on given files, in which checkpoints run only where they are asked for. */
  VectorDatabase openByHand(Path directory, FileOperations files) {
    return SmallDatabase.openByHand(directory, durability, files);
  }

  /** Opens the one collection, or creates it. */
  VectorCollection collection(VectorDatabase database) {
    CollectionConfig config =
        CollectionConfig.builder(KillScript.dimension(), metric)
            .ids(idType)
            .m(8)
            .efConstruction(60)
            .build();
    return database.collection(COLLECTION, config);
  }
}
