package dev.sagitta.benchmarks;

import dev.sagitta.CollectionConfig;
import dev.sagitta.DatabaseOptions;
import dev.sagitta.Durability;
import dev.sagitta.Payload;
import dev.sagitta.VectorRecord;
import dev.sagitta.distance.Metric;
import dev.sagitta.engine.DatabaseEngine;
import dev.sagitta.engine.Environment;
import dev.sagitta.engine.PlatformThreads;
import dev.sagitta.engine.Tuning;
import dev.sagitta.persistence.NioFiles;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;

/**
 * A collection all of whose records are in the log: checkpoints are held off, and writers do not
 * wait for linkers.
 *
 * @param directory of the database
 * @param metric of the collection
 * @param dimension of its vectors
 * @param records how many it holds, with ids from 0 up
 */
record LogOnlyStore(Path directory, Metric metric, int dimension, long records) {
  static final String COLLECTION = "logged";

  private static final Tuning NO_CHECKPOINTS =
      new Tuning(
          Tuning.DEFAULT.vectorExtentBytes(),
          Tuning.DEFAULT.payloadExtentBytes(),
          Integer.MAX_VALUE,
          Long.MAX_VALUE / 16,
          Tuning.DEFAULT.logCapFactor());

  /** As {@link #arguments} gives it. */
  static LogOnlyStore of(String[] arguments) {
    return new LogOnlyStore(
        Path.of(arguments[0]),
        Metric.valueOf(arguments[1]),
        Integer.parseInt(arguments[2]),
        Long.parseLong(arguments[3]));
  }

  /** For a child that is to open the same store. */
  List<String> arguments() {
    return List.of(
        directory.toString(), metric.name(), Integer.toString(dimension), Long.toString(records));
  }

  /** Opens a database, at durability OS, so that checkpoints never come by themselves. */
  static DatabaseEngine open(Path directory) {
    return DatabaseEngine.open(
        directory,
        DatabaseOptions.builder().durability(Durability.os()).build(),
        new Environment(new NioFiles(), new PlatformThreads(1), System::nanoTime, NO_CHECKPOINTS));
  }

  /** Writes all records. */
  void write() {
    NumberedVectors vectors = new NumberedVectors(dimension);
    open(directory)
        .openOrCreate(COLLECTION, CollectionConfig.builder(dimension, metric).build())
        .upsertAll(
            LongStream.range(0, records)
                .mapToObj(id -> VectorRecord.of(id, vectors.of(id), Payload.of("n", id))),
            progress -> {});
  }
}
