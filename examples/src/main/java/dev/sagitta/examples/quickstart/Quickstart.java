package dev.sagitta.examples.quickstart;

import dev.sagitta.VectorCollection;
import dev.sagitta.VectorDatabase;
import dev.sagitta.examples.report.Figures;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * A search in plain words over the methods of the running JDK, some 153,000 of them.
 *
 * <p>The first run builds the index, in a minute or two; later runs search at once. Without a
 * question the program answers four of its own, measures recall and speed, and kills a process in
 * the middle of writing to see that nothing is lost. With a question as its arguments it answers
 * that.
 */
public final class Quickstart {
  private final Workspace workspace;

  private Quickstart(Workspace workspace) {
    this.workspace = workspace;
  }

  /**
   * Runs the quickstart.
   *
   * @param args options and the words of a question; see {@link Arguments#USAGE}
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    if (List.of(args).contains("--help")) {
      System.out.print(Arguments.USAGE);
      return;
    }
    Arguments arguments;
    try {
      arguments = Arguments.parse(args);
    } catch (IllegalArgumentException e) {
      System.err.printf("%s%n%n%s", e.getMessage(), Arguments.USAGE);
      System.exit(2);
      return;
    }
    Quickstart quickstart = new Quickstart(new Workspace(arguments.directory()));
    quickstart.buildIfNeeded();
    if (arguments.question().isPresent()) {
      quickstart.answer(arguments.question().get());
    } else {
      quickstart.showEverything();
    }
  }

  private void buildIfNeeded() throws IOException, InterruptedException {
    MethodIndex index = new MethodIndex(workspace);
    if (!index.isCurrent()) {
      System.out.printf(
          "Building the index in %s. It takes a minute or two, this once.%n",
          workspace.directory());
      index.build();
    }
  }

  private void answer(String question) throws IOException {
    try (VectorDatabase database = VectorDatabase.open(workspace.database())) {
      new MethodSearch(openMethods(database), embedder()).answer(question);
    }
  }

  private void showEverything() throws IOException, InterruptedException {
    try (VectorDatabase database = VectorDatabase.open(workspace.database())) {
      VectorCollection methods = openMethods(database);
      Embedder embedder = embedder();
      Questions.SHOWN.forEach(new MethodSearch(methods, embedder)::answer);
      new SearchMeasurement(methods, embedder).print();
      Footprint.print(workspace, methods.stats());
    }
    new CrashTest(workspace.database()).print();
    System.out.printf(
        "%nThe index stays in %s. Now ask in your own words:%n%n  %s days between two dates%n",
        workspace.directory(),
        String.join(
            " ", JavaCommand.of(Quickstart.class, "--dir", workspace.directory().toString())));
  }

  private static VectorCollection openMethods(VectorDatabase database) {
    long startNanos = System.nanoTime();
    VectorCollection methods = MethodIndex.open(database);
    System.out.printf(
        "Opened the index of %s methods in %s; the first search also reads the graph from disk.%n",
        Figures.count(methods.count()),
        Figures.duration(Duration.ofNanos(System.nanoTime() - startNanos)));
    return methods;
  }

  private Embedder embedder() throws IOException {
    return new Embedder(Vocabulary.read(workspace.vocabulary()));
  }
}
