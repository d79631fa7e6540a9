package dev.sagitta.examples.images;

import dev.sagitta.CollectionConfig;
import dev.sagitta.VectorCollection;
import dev.sagitta.VectorDatabase;
import dev.sagitta.VectorRecord;
import dev.sagitta.distance.Metric;
import dev.sagitta.examples.report.ProgressBar;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The collection of pictures. A picture's id is its number in the file, its vector the brightness
 * of its pixels; two pictures are near if their pixels are.
 */
final class ImageIndex {
  private static final String COLLECTION = "pictures";

  private ImageIndex() {}

  /** Opens the collection, and fills it unless it holds just these pictures already. */
  static VectorCollection open(VectorDatabase database, IdxImages images)
      throws InterruptedException {
    CollectionConfig config =
        CollectionConfig.builder(images.pixelsPerImage(), Metric.EUCLIDEAN).build();
    VectorCollection collection = database.collection(COLLECTION, config);
    if (!holds(collection, images)) {
      fill(collection, images);
    }
    return collection;
  }

  /** Looks at the number of pictures and at the last one, which is stored last. */
  private static boolean holds(VectorCollection collection, IdxImages images) {
    int last = images.count() - 1;
    return collection.count() == images.count()
        && collection
            .get(last)
            .filter(record -> Arrays.equals(record.floats(), images.vector(last)))
            .isPresent();
  }

  private static void fill(VectorCollection collection, IdxImages images)
      throws InterruptedException {
    ProgressBar bar = ProgressBar.start("Indexing", images.count());
    collection.upsertAll(
        IntStream.range(0, images.count())
            .mapToObj(image -> VectorRecord.of(image, images.vector(image))),
        progress -> bar.advanceTo(progress.acknowledged()));
    collection.awaitIndexed();
    bar.finish();
  }
}
