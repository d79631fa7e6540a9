package dev.sagitta.benchmarks.race;

import dev.sagitta.distance.Metric;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.codecs.lucene104.Lucene104HnswScalarQuantizedVectorsFormat;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.KnnVectorValues.DocIndexIterator;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TopKnnCollector;
import org.apache.lucene.search.VectorScorer;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.Version;
import org.apache.lucene.util.quantization.QuantizedByteVectorValues.ScalarEncoding;
import org.jspecify.annotations.Nullable;

/**
 * Lucene's HNSW graph in one segment: its codec for floats, or that for scalar quantization, whose
 * hits are scored again by their vectors.
 */
final class LuceneEngine implements Engine {
  /**
   * What is searched.
   *
   * @param contestant who does
   * @param encoding of the codes that are walked by; empty if vectors are
   * @param rescoredMax best hits of the codes that are scored again by vectors, at most
   */
  record Codec(Contestant contestant, Optional<ScalarEncoding> encoding, int rescoredMax) {
    static Codec ofVectors(Contestant contestant) {
      return new Codec(contestant, Optional.empty(), 0);
    }

    static Codec ofCodes(Contestant contestant, ScalarEncoding encoding, int rescoredMax) {
      return new Codec(contestant, Optional.of(encoding), rescoredMax);
    }
  }

  /** A segment of fewer vectors gets no graph. */
  private static final int NO_GRAPH_THRESHOLD = Integer.MAX_VALUE;

  private static final String VECTOR = "vector";
  private static final String ID = "id";
  private static final int BUFFER_MIB = 16_384;
  private static final int BUFFER_OF_A_THREAD_MIB = 2_047;

  private final Codec codec;

  LuceneEngine(Codec codec) {
    this.codec = codec;
  }

  @Override
  public String version() {
    return Version.LATEST.toString();
  }

  @Override
  public String settings() {
    String built = "vectors added to flat segments, one graph made by merging them; k = efSearch";
    return codec
        .encoding()
        .map(
            encoding ->
                "%s; codes of %d bits, of queries %d, the best %d hits scored again by vectors"
                    .formatted(
                        built, encoding.getBits(), encoding.getQueryBits(), codec.rescoredMax()))
        .orElse(built);
  }

  @Override
  public void build(Building building) throws IOException, InterruptedException {
    ExecutorService executor = Executors.newFixedThreadPool(building.threads());
    GraphAtMerge lucene = new GraphAtMerge(building.threads(), executor);
    building.clock().start();
    try (FSDirectory directory = FSDirectory.open(building.index());
        IndexWriter writer = new IndexWriter(directory, config(lucene))) {
      add(writer, building, executor);
      writer.flush();
      lucene.merging = true;
      writer.forceMerge(1);
      building.clock().linked();
      writer.commit();
      building.clock().saved(codec.contestant());
    } finally {
      executor.shutdown();
    }
  }

  /** Lucene's codec, with no graph in the segments that are merged, else it would be made twice. */
  private final class GraphAtMerge extends Lucene104Codec {
    private final KnnVectorsFormat flat;
    private final KnnVectorsFormat graph;
    private volatile boolean merging;

    GraphAtMerge(int threads, ExecutorService executor) {
      flat = format(1, null, NO_GRAPH_THRESHOLD);
      graph = format(threads, threads > 1 ? executor : null, 0);
    }

    @Override
    public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
      return merging ? graph : flat;
    }
  }

  private KnnVectorsFormat format(
      int threads, @Nullable ExecutorService executor, int graphThreshold) {
    int m = GraphParameters.M;
    int efConstruction = GraphParameters.EF_CONSTRUCTION;
    return codec.encoding().isPresent()
        ? new Lucene104HnswScalarQuantizedVectorsFormat(
            codec.encoding().get(), m, efConstruction, threads, executor, graphThreshold)
        : new Lucene99HnswVectorsFormat(m, efConstruction, threads, executor, graphThreshold);
  }

  private static IndexWriterConfig config(Lucene104Codec lucene) {
    IndexWriterConfig config = new IndexWriterConfig();
    config.setCodec(lucene);
    config.setMergePolicy(new MergeOfAll());
    config.setUseCompoundFile(false);
    config.setRAMBufferSizeMB(BUFFER_MIB);
    config.setRAMPerThreadHardLimitMB(BUFFER_OF_A_THREAD_MIB);
    return config;
  }

  private static void add(IndexWriter writer, Building building, ExecutorService executor)
      throws IOException, InterruptedException {
    float[][] base = building.base();
    int threads = building.threads();
    VectorSimilarityFunction similarity = similarity(building.data().metric());
    List<Future<?>> parts = new ArrayList<>();
    for (int thread = 0; thread < threads; thread++) {
      int first = thread;
      parts.add(
          executor.submit(
              () -> {
                for (int id = first; id < base.length; id += threads) {
                  Document document = new Document();
                  document.add(new KnnFloatVectorField(VECTOR, base[id], similarity));
                  document.add(new NumericDocValuesField(ID, id));
                  writer.addDocument(document);
                }
                return null;
              }));
    }
    for (Future<?> part : parts) {
      try {
        part.get();
      } catch (ExecutionException e) {
        throw new IOException("adding failed", e);
      }
    }
  }

  private static VectorSimilarityFunction similarity(Metric metric) {
    return metric == Metric.COSINE
        ? VectorSimilarityFunction.DOT_PRODUCT
        : VectorSimilarityFunction.EUCLIDEAN;
  }

  @Override
  public OpenIndex open(RaceData data, Path index) throws IOException {
    FSDirectory directory = FSDirectory.open(index);
    DirectoryReader reader = DirectoryReader.open(directory);
    LeafReader leaf = reader.leaves().getFirst().reader();
    if (reader.leaves().size() != 1) {
      throw new IOException(index + " has " + reader.leaves().size() + " segments");
    }
    int[] ids = ids(leaf);
    return new OpenIndex() {
      @Override
      public Searcher newSearcher() {
        return (query, ef) -> search(leaf, ids, query, ef);
      }

      @Override
      public void close() throws IOException {
        reader.close();
        directory.close();
      }
    };
  }

  private static int[] ids(LeafReader leaf) throws IOException {
    int[] ids = new int[leaf.maxDoc()];
    NumericDocValues values = leaf.getNumericDocValues(ID);
    for (int document = 0; document < ids.length; document++) {
      values.advanceExact(document);
      ids[document] = Math.toIntExact(values.longValue());
    }
    return ids;
  }

  private int[] search(LeafReader leaf, int[] ids, float[] query, int ef) throws IOException {
    TopKnnCollector collector = new TopKnnCollector(ef, Integer.MAX_VALUE);
    leaf.searchNearestVectors(
        VECTOR, query, collector, AcceptDocs.fromLiveDocs(leaf.getLiveDocs(), leaf.maxDoc()));
    ScoreDoc[] found = collector.topDocs().scoreDocs;
    ScoreDoc[] best = codec.encoding().isEmpty() ? found : rescored(leaf, query, found);
    int[] hits = new int[Math.min(best.length, GraphParameters.K)];
    for (int i = 0; i < hits.length; i++) {
      hits[i] = ids[best[i].doc];
    }
    return hits;
  }

  private ScoreDoc[] rescored(LeafReader leaf, float[] query, ScoreDoc[] found) throws IOException {
    ScoreDoc[] best = Arrays.copyOf(found, Math.min(found.length, codec.rescoredMax()));
    // Vectors are read in the order of documents.
    Arrays.sort(best, (a, b) -> Integer.compare(a.doc, b.doc));
    FloatVectorValues vectors = leaf.getFloatVectorValues(VECTOR);
    VectorScorer scorer = vectors.rescorer(query);
    DocIndexIterator iterator = (DocIndexIterator) scorer.iterator();
    for (ScoreDoc hit : best) {
      iterator.advance(hit.doc);
      hit.score = scorer.score();
    }
    Arrays.sort(best, (a, b) -> Float.compare(b.score, a.score));
    return best;
  }
}
