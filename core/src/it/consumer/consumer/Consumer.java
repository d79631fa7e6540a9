package consumer;

import dev.sagitta.CollectionConfig;
import dev.sagitta.Hit;
import dev.sagitta.IdType;
import dev.sagitta.Payload;
import dev.sagitta.SearchRequest;
import dev.sagitta.VectorDatabase;
import dev.sagitta.distance.Metric;
import java.nio.file.Path;

/** A program of somebody else: opens a database in a directory, writes, searches, closes. */
public final class Consumer {
  private Consumer() {}

  /**
   * Prints the hits, then the kernel.
   *
   * @param arguments the directory
   */
  public static void main(String[] arguments) {
    try (var db = VectorDatabase.open(Path.of(arguments[0]))) {
      var docs =
          db.collection(
              "docs", CollectionConfig.builder(3, Metric.COSINE).ids(IdType.STRING).build());
      docs.upsert("doc-1", new float[] {1, 0, 0}, Payload.of("lang", "fr", "year", 2025L));
      docs.upsert("doc-2", new float[] {0, 1, 0}, Payload.of("lang", "en", "year", 2026L));
      for (Hit hit : docs.search(SearchRequest.of(new float[] {1, 0, 0}, 10))) {
        System.out.println(hit.id() + " " + hit.distance());
      }
      System.out.println("kernel " + docs.stats().kernel());
    }
  }
}
