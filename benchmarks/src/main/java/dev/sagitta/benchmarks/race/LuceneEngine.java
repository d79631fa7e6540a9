package dev.sagitta.benchmarks.race;

import dev.sagitta.distance.Metric;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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

/**
 * Lucene's HNSW graph in one segment: its codec for floats, or that for scalar quantization, whose
 * hits are scored again by their vectors.
 */
final class LuceneEngine implements Engine {
  /** What is searched. */
  enum Codec {
    FLOAT,
    SEVEN_BITS
  }

  /** Best hits of a quantized search that are scored again, at most. */
  private static final int RESCORED_MAX = 3 * GraphParameters.K;

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
    return switch (codec) {
      case FLOAT -> "one segment; k = efSearch, the first 10 count";
      case SEVEN_BITS ->
          "one segment, scalar quantization with 7 bits; k = efSearch, the best %d scored again"
              .formatted(RESCORED_MAX);
    };
  }

  @Override
  public BuildTimes build(RaceData data, float[][] base, int threads, Path index)
      throws IOException, InterruptedException {
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try (FSDirectory directory = FSDirectory.open(index);
        IndexWriter writer = new IndexWriter(directory, config(threads, executor))) {
      long start = System.nanoTime();
      add(writer, base, similarity(data.metric()), threads, executor);
      writer.forceMerge(1);
      long linked = System.nanoTime();
      writer.commit();
      return Seconds.times(start, linked, System.nanoTime());
    } finally {
      executor.shutdown();
    }
  }

  private IndexWriterConfig config(int threads, ExecutorService executor) {
    KnnVectorsFormat format =
        switch (codec) {
          case FLOAT ->
              new Lucene99HnswVectorsFormat(
                  GraphParameters.M,
                  GraphParameters.EF_CONSTRUCTION,
                  threads,
                  threads > 1 ? executor : null,
                  0);
          case SEVEN_BITS ->
              new Lucene104HnswScalarQuantizedVectorsFormat(
                  ScalarEncoding.SEVEN_BIT,
                  GraphParameters.M,
                  GraphParameters.EF_CONSTRUCTION,
                  threads,
                  threads > 1 ? executor : null,
                  0);
        };
    IndexWriterConfig config = new IndexWriterConfig();
    config.setCodec(
        new Lucene104Codec() {
          @Override
          public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
            return format;
          }
        });
    config.setUseCompoundFile(false);
    config.setRAMBufferSizeMB(BUFFER_MIB);
    config.setRAMPerThreadHardLimitMB(BUFFER_OF_A_THREAD_MIB);
    return config;
  }

  private static void add(
      IndexWriter writer,
      float[][] base,
      VectorSimilarityFunction similarity,
      int threads,
      ExecutorService executor)
      throws IOException, InterruptedException {
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
    ScoreDoc[] best = codec == Codec.FLOAT ? found : rescored(leaf, query, found);
    int[] hits = new int[Math.min(best.length, GraphParameters.K)];
    for (int i = 0; i < hits.length; i++) {
      hits[i] = ids[best[i].doc];
    }
    return hits;
  }

  private static ScoreDoc[] rescored(LeafReader leaf, float[] query, ScoreDoc[] found)
      throws IOException {
    ScoreDoc[] best = Arrays.copyOf(found, Math.min(found.length, RESCORED_MAX));
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
