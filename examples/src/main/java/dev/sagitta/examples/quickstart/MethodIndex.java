package dev.sagitta.examples.quickstart;

import dev.sagitta.CollectionConfig;
import dev.sagitta.IdType;
import dev.sagitta.VectorCollection;
import dev.sagitta.VectorDatabase;
import dev.sagitta.VectorRecord;
import dev.sagitta.distance.Metric;
import dev.sagitta.examples.report.Figures;
import dev.sagitta.examples.report.ProgressBar;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;

/** The collection of methods: how it is set up, and how it is filled. */
final class MethodIndex {
  private static final String COLLECTION = "methods";
  private static final CollectionConfig CONFIG =
      CollectionConfig.builder(Embedder.DIMENSION, Metric.COSINE).ids(IdType.STRING).build();

  private final Workspace workspace;

  MethodIndex(Workspace workspace) {
    this.workspace = workspace;
  }

  /** Opens the collection of a database. */
  static VectorCollection open(VectorDatabase database) {
    return database.collection(COLLECTION, CONFIG);
  }

  /** Whether the index is there, whole, and made of this JDK. */
  boolean isCurrent() throws IOException {
    return Files.exists(workspace.vocabulary())
        && BuildRecord.read(workspace.buildRecord())
            .filter(BuildRecord::isCurrent)
            .filter(this::countsAsMany)
            .isPresent();
  }

  /** Asks the database itself: it may have been deleted, and the record of its building not. */
  private boolean countsAsMany(BuildRecord record) {
    try (VectorDatabase database = VectorDatabase.open(workspace.database())) {
      return database.collectionNames().contains(COLLECTION)
          && open(database).count() == record.methods();
    }
  }

  /** Builds the index anew. */
  void build() throws IOException, InterruptedException {
    Files.createDirectories(workspace.directory());
    Files.deleteIfExists(workspace.buildRecord());
    JdkMethods methods = new JdkMethods();
    Vocabulary vocabulary = countWords(methods);
    vocabulary.write(workspace.vocabulary());
    Duration time = store(methods, vocabulary);
    BuildRecord.of(vocabulary.methods(), time).write(workspace.buildRecord());
  }

  private static Vocabulary countWords(JdkMethods methods) throws IOException {
    Vocabulary vocabulary = Vocabulary.count(methods.stream());
    System.out.printf(
        "JDK %s has %s public and protected methods; %s different words and groups of letters"
            + " tell them apart.%n",
        Runtime.version(), Figures.count(vocabulary.methods()), Figures.count(vocabulary.terms()));
    return vocabulary;
  }

  private Duration store(JdkMethods methods, Vocabulary vocabulary)
      throws IOException, InterruptedException {
    Embedder embedder = new Embedder(vocabulary);
    try (VectorDatabase database = VectorDatabase.open(workspace.database())) {
      if (database.collectionNames().contains(COLLECTION)) {
        database.drop(COLLECTION); // of another JDK, or left half done
      }
      VectorCollection collection = open(database);
      ProgressBar bar = ProgressBar.start("Indexing", vocabulary.methods());
      collection.upsertAll(
          methods.stream()
              .map(
                  method -> VectorRecord.of(method.id(), embedder.embed(method), method.payload())),
          progress -> bar.advanceTo(progress.acknowledged()));
      collection.awaitIndexed();
      return bar.finish();
    }
  }
}
