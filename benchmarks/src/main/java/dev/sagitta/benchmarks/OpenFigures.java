package dev.sagitta.benchmarks;

import dev.sagitta.SearchRequest;
import dev.sagitta.VectorCollection;
import dev.sagitta.VectorDatabase;
import java.nio.file.Path;
import java.util.Random;

/**
 * A child of {@link EngineFigures}: opens a database in a JVM that has done nothing before, as a
 * host does that has just started, and prints how long that and the first search take. It halts at
 * the end, so the database stays as it was.
 */
final class OpenFigures {
  private static final int K = 10;

  private OpenFigures() {}

  /**
   * Runs.
   *
   * @param arguments the directory of the database, the collection, and what happened to it before
   */
  public static void main(String[] arguments) {
    long start = System.nanoTime();
    VectorDatabase database = VectorDatabase.open(Path.of(arguments[0]));
    VectorCollection collection = database.collection(arguments[1]);
    Report.row(
        "| open %s, in a fresh JVM | %.1f ms, %,d records |",
        arguments[2], Report.millisSince(start), collection.count());
    SearchRequest request = SearchRequest.of(someVector(collection.config().dimension()), K);
    long first = System.nanoTime();
    int found = collection.search(request).size();
    Report.row(
        "| first search then, which waits until the links are read | %.1f ms, %d hits |",
        Report.millisSince(first), found);
    System.out.flush();
    Runtime.getRuntime().halt(0);
  }

  private static float[] someVector(int dimension) {
    Random random = new Random(1);
    float[] vector = new float[dimension];
    for (int i = 0; i < dimension; i++) {
      vector[i] = (float) random.nextGaussian();
    }
    return vector;
  }
}
