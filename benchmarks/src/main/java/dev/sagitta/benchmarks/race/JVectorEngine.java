package dev.sagitta.benchmarks.race;

import dev.sagitta.distance.Metric;
import io.github.jbellis.jvector.disk.ReaderSupplier;
import io.github.jbellis.jvector.disk.ReaderSupplierFactory;
import io.github.jbellis.jvector.graph.GraphIndexBuilder;
import io.github.jbellis.jvector.graph.GraphSearcher;
import io.github.jbellis.jvector.graph.ImmutableGraphIndex;
import io.github.jbellis.jvector.graph.ListRandomAccessVectorValues;
import io.github.jbellis.jvector.graph.RandomAccessVectorValues;
import io.github.jbellis.jvector.graph.SearchResult;
import io.github.jbellis.jvector.graph.disk.OnDiskGraphIndex;
import io.github.jbellis.jvector.graph.disk.OnDiskGraphIndexWriter;
import io.github.jbellis.jvector.graph.disk.feature.Feature;
import io.github.jbellis.jvector.graph.disk.feature.FeatureId;
import io.github.jbellis.jvector.graph.disk.feature.FusedPQ;
import io.github.jbellis.jvector.graph.disk.feature.InlineVectors;
import io.github.jbellis.jvector.graph.similarity.BuildScoreProvider;
import io.github.jbellis.jvector.graph.similarity.DefaultSearchScoreProvider;
import io.github.jbellis.jvector.graph.similarity.SearchScoreProvider;
import io.github.jbellis.jvector.quantization.PQVectors;
import io.github.jbellis.jvector.quantization.ProductQuantization;
import io.github.jbellis.jvector.util.Bits;
import io.github.jbellis.jvector.vector.VectorSimilarityFunction;
import io.github.jbellis.jvector.vector.VectorizationProvider;
import io.github.jbellis.jvector.vector.types.VectorFloat;
import io.github.jbellis.jvector.vector.types.VectorTypeSupport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ForkJoinPool;
import java.util.function.IntFunction;
import java.util.stream.Stream;

/**
 * JVector's graph on disk, with the vectors in it: walked by them, or by codes of product
 * quantization that lie beside the links, and scored again by the vectors. One building makes both.
 */
final class JVectorEngine implements Engine {
  /** What is searched. */
  enum Mode {
    FULL_VECTORS,
    FUSED_PQ
  }

  private static final float OVERFLOW = 1.2f;
  private static final float ALPHA = 1.2f;
  private static final int CENTROIDS = 256;
  private static final int ELEMENTS_PER_CODE = 8;
  private final Mode mode;

  /** Held by a class of its own, lest who only asks for the version loads native code. */
  private static final class Vectors {
    static final VectorTypeSupport SUPPORT =
        VectorizationProvider.getInstance().getVectorTypeSupport();
  }

  JVectorEngine(Mode mode) {
    this.mode = mode;
  }

  @Override
  public String version() {
    return Libraries.version("jvector");
  }

  @Override
  public String settings() {
    String graph = "graph on disk, hierarchy, overflow 1.2, alpha 1.2; rerankK = efSearch";
    return switch (mode) {
      case FULL_VECTORS -> graph + "; walks by vectors";
      case FUSED_PQ ->
          graph
              + "; walks by fused PQ, %d elements per code, scored again by vectors"
                  .formatted(ELEMENTS_PER_CODE);
    };
  }

  @Override
  public Path searched(Path index) {
    return file(mode, index);
  }

  private static Path file(Mode mode, Path index) {
    return index.resolve(mode == Mode.FULL_VECTORS ? "vectors.graph" : "fused-pq.graph");
  }

  @Override
  public void build(Building building) throws IOException {
    RaceData data = building.data();
    RandomAccessVectorValues vectors =
        new ListRandomAccessVectorValues(
            Stream.of(building.base())
                .<VectorFloat<?>>map(Vectors.SUPPORT::createFloatVector)
                .toList(),
            data.dimension());
    VectorSimilarityFunction similarity = similarity(data.metric());
    try (ForkJoinPool pool = new ForkJoinPool(building.threads())) {
      building.clock().start();
      BuildScoreProvider scores = BuildScoreProvider.randomAccessScoreProvider(vectors, similarity);
      try (GraphIndexBuilder builder =
          GraphIndexBuilder.builder(
                  scores, data.dimension(), List.of(2 * GraphParameters.M, GraphParameters.M))
              .withBeamWidth(GraphParameters.EF_CONSTRUCTION)
              .withNeighborOverflow(OVERFLOW)
              .withAlpha(ALPHA)
              .withSimdExecutor(pool)
              .withParallelExecutor(pool)
              .build()) {
        ImmutableGraphIndex graph = builder.build(vectors);
        building.clock().linked();
        write(graph, vectors, file(Mode.FULL_VECTORS, building.index()));
        building.clock().saved(Contestant.JVECTOR);
        writeFused(graph, vectors, similarity, pool, file(Mode.FUSED_PQ, building.index()));
        building.clock().saved(Contestant.JVECTOR_FUSED_PQ);
      }
    }
  }

  private static VectorSimilarityFunction similarity(Metric metric) {
    return metric == Metric.COSINE
        ? VectorSimilarityFunction.DOT_PRODUCT
        : VectorSimilarityFunction.EUCLIDEAN;
  }

  private static void write(ImmutableGraphIndex graph, RandomAccessVectorValues vectors, Path file)
      throws IOException {
    write(graph, vectors, file, List.of(), Map.of());
  }

  private static void writeFused(
      ImmutableGraphIndex graph,
      RandomAccessVectorValues vectors,
      VectorSimilarityFunction similarity,
      ForkJoinPool pool,
      Path file)
      throws IOException {
    ProductQuantization quantization =
        ProductQuantization.compute(
            vectors,
            Math.ceilDiv(vectors.dimension(), ELEMENTS_PER_CODE),
            CENTROIDS,
            similarity == VectorSimilarityFunction.EUCLIDEAN,
            -1f,
            pool,
            pool);
    PQVectors codes = quantization.encodeAll(vectors, pool);
    ImmutableGraphIndex.View view = graph.getView();
    write(
        graph,
        vectors,
        file,
        List.of(new FusedPQ(graph.maxDegree(), quantization)),
        Map.of(FeatureId.FUSED_PQ, node -> new FusedPQ.State(view, codes, node)));
  }

  private static void write(
      ImmutableGraphIndex graph,
      RandomAccessVectorValues vectors,
      Path file,
      List<Feature> features,
      Map<FeatureId, IntFunction<Feature.State>> states)
      throws IOException {
    var writing =
        new OnDiskGraphIndexWriter.Builder(graph, file)
            .with(new InlineVectors(vectors.dimension()));
    features.forEach(writing::with);
    Map<FeatureId, IntFunction<Feature.State>> all = new EnumMap<>(FeatureId.class);
    all.putAll(states);
    all.put(FeatureId.INLINE_VECTORS, node -> new InlineVectors.State(vectors.getVector(node)));
    try (OnDiskGraphIndexWriter writer = writing.build()) {
      writer.write(all);
    }
  }

  @Override
  public OpenIndex open(RaceData data, Path index) throws IOException {
    ReaderSupplier readers = ReaderSupplierFactory.open(searched(index));
    OnDiskGraphIndex graph = OnDiskGraphIndex.load(readers);
    VectorSimilarityFunction similarity = similarity(data.metric());
    return new OpenIndex() {
      @Override
      public Searcher newSearcher() {
        GraphSearcher searcher = new GraphSearcher(graph);
        return (query, ef) -> search(searcher, similarity, query, ef);
      }

      @Override
      public void close() throws IOException {
        graph.close();
        readers.close();
      }
    };
  }

  private int[] search(
      GraphSearcher searcher, VectorSimilarityFunction similarity, float[] query, int ef) {
    VectorFloat<?> vector = Vectors.SUPPORT.createFloatVector(query);
    var view = (ImmutableGraphIndex.ScoringView) searcher.getView();
    SearchScoreProvider scores =
        switch (mode) {
          case FULL_VECTORS -> new DefaultSearchScoreProvider(view.rerankerFor(vector, similarity));
          case FUSED_PQ ->
              new DefaultSearchScoreProvider(
                  view.approximateScoreFunctionFor(vector, similarity),
                  view.rerankerFor(vector, similarity));
        };
    SearchResult result = searcher.search(scores, GraphParameters.K, ef, 0f, 0f, Bits.ALL);
    SearchResult.NodeScore[] nodes = result.getNodes();
    int[] ids = new int[nodes.length];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = nodes[i].node;
    }
    return ids;
  }
}
