package dev.sagitta.benchmarks.race;

import com.github.jelmerk.hnswlib.core.Item;
import com.github.jelmerk.hnswlib.core.SearchResult;
import com.github.jelmerk.hnswlib.core.hnsw.HnswIndex;
import dev.sagitta.distance.Metric;
import java.io.IOException;
import java.io.Serial;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * hnswlib-java, with distances by the Vector API: its own such are an artifact of their own, for
 * JDK 17, which the build does not fetch.
 */
final class HnswlibJavaEngine implements Engine {
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Numbered(Integer id, float[] vector) implements Item<Integer, float[]> {
    @Serial private static final long serialVersionUID = 1L;

    @Override
    public int dimensions() {
      return vector.length;
    }
  }

  @Override
  public String version() {
    return Libraries.version("hnswlib-core");
  }

  @Override
  public String settings() {
    return "distances by the Vector API";
  }

  @Override
  public void build(Building building) throws IOException, InterruptedException {
    RaceData data = building.data();
    float[][] base = building.base();
    HnswIndex<Integer, float[], Numbered, Float> graph =
        HnswIndex.newBuilder(
                data.dimension(),
                data.metric() == Metric.COSINE
                    ? VectorDistances.NEGATED_DOT_PRODUCT
                    : VectorDistances.SQUARED_EUCLIDEAN,
                base.length)
            .withM(GraphParameters.M)
            .withEfConstruction(GraphParameters.EF_CONSTRUCTION)
            .build();
    List<Numbered> items = new ArrayList<>();
    for (int id = 0; id < base.length; id++) {
      items.add(new Numbered(id, base[id]));
    }
    building.clock().start();
    graph.addAll(items, building.threads(), (done, all) -> {}, base.length);
    building.clock().linked();
    graph.save(file(building.index()));
    building.clock().saved(Contestant.HNSWLIB_JAVA);
  }

  private static Path file(Path index) {
    return index.resolve("index.hnswlib-java");
  }

  @Override
  public OpenIndex open(RaceData data, Path index) throws IOException {
    HnswIndex<Integer, float[], Numbered, Float> graph = HnswIndex.load(file(index));
    return new OpenIndex() {
      @Override
      public Searcher newSearcher() {
        return (query, ef) -> {
          graph.setEf(ef);
          List<SearchResult<Numbered, Float>> found = graph.findNearest(query, GraphParameters.K);
          int[] ids = new int[found.size()];
          for (int i = 0; i < ids.length; i++) {
            ids[i] = found.get(i).item().id();
          }
          return ids;
        };
      }

      @Override
      public void close() {}
    };
  }
}
