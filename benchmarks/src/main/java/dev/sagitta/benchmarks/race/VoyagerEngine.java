package dev.sagitta.benchmarks.race;

import com.spotify.voyager.jni.Index;
import com.spotify.voyager.jni.Index.SpaceType;
import com.spotify.voyager.jni.Index.StorageDataType;
import dev.sagitta.distance.Metric;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.LongStream;

/** Voyager: C++ hnswlib behind JNI, one binary for all processors of a kind. */
final class VoyagerEngine implements Engine {
  private static final long SEED = 1;

  @Override
  public String version() {
    return Libraries.version("voyager");
  }

  @Override
  public String settings() {
    return "stores float32; cosine on sets of that metric";
  }

  @Override
  public void build(Building building) throws IOException {
    RaceData data = building.data();
    float[][] base = building.base();
    try (Index graph =
        new Index(
            space(data),
            data.dimension(),
            GraphParameters.M,
            GraphParameters.EF_CONSTRUCTION,
            SEED,
            base.length,
            StorageDataType.Float32)) {
      building.clock().start();
      graph.addItems(base, LongStream.range(0, base.length).toArray(), building.threads());
      building.clock().linked();
      graph.saveIndex(file(building.index()));
      building.clock().saved(Contestant.VOYAGER);
    }
  }

  private static SpaceType space(RaceData data) {
    return data.metric() == Metric.COSINE ? SpaceType.Cosine : SpaceType.Euclidean;
  }

  private static String file(Path index) {
    return index.resolve("index.voyager").toString();
  }

  @Override
  public OpenIndex open(RaceData data, Path index) {
    Index graph = Index.load(file(index), space(data), data.dimension(), StorageDataType.Float32);
    return new OpenIndex() {
      @Override
      public Searcher newSearcher() {
        return (query, ef) -> {
          long[] labels = graph.query(query, GraphParameters.K, ef).getLabels();
          int[] ids = new int[labels.length];
          for (int i = 0; i < ids.length; i++) {
            ids[i] = Math.toIntExact(labels[i]);
          }
          return ids;
        };
      }

      @Override
      public void close() throws IOException {
        graph.close();
      }
    };
  }
}
