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
 * <p>The first run builds the index, in about a minute; later runs search at once. Without a
 * question the program answers four of its own, measures recall and speed, and kills a process in
 * the middle of writing to see that nothing is lost. With a question as its arguments it answers
 * that. It ends with exit code 1 if a record was lost.
 */
public final class Quickstart {
  private static final String QUESTION = "days between two dates";

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
    } else if (!quickstart.showEverything()) {
      System.err.println(
          "The quickstart failed: acknowledged records were lost in the crash test.");
      System.exit(1);
    }
  }

  private void buildIfNeeded() throws IOException, InterruptedException {
    MethodIndex index = new MethodIndex(workspace);
    if (!index.isCurrent()) {
      System.out.printf(
          "Building the index in %s. It takes about a minute, this once.%n", workspace.directory());
      index.build();
    }
  }

  private void answer(String question) throws IOException {
    try (VectorDatabase database = VectorDatabase.open(workspace.database())) {
      VectorCollection methods = openMethods(database);
      MethodSearch.explain();
      new MethodSearch(methods, embedder()).answer(question);
    }
  }

  /** Shows all there is to show; whether nothing was lost in the crash test. */
  private boolean showEverything() throws IOException, InterruptedException {
    try (VectorDatabase database = VectorDatabase.open(workspace.database())) {
      VectorCollection methods = openMethods(database);
      Embedder embedder = embedder();
      MethodSearch.explain();
      Questions.SHOWN.forEach(new MethodSearch(methods, embedder)::answer);
      new SearchMeasurement(methods, embedder).print();
      Footprint.print(workspace, methods.stats());
    }
    boolean whole = new CrashTest(workspace.database()).run();
    System.out.printf("%nThe index stays in %s. %s%n", workspace.directory(), hint());
    return whole;
  }

  /** What to do next; an index elsewhere is not the one that the build script searches. */
  private String hint() {
    return workspace.directory().equals(Arguments.DIRECTORY_DEFAULT)
        ? "Now ask in your own words:%n%n  mvn -q -Pquickstart verify -Dquery=\"%s\""
            .formatted(QUESTION)
        : "Now give the same --dir and your own words, such as: %s".formatted(QUESTION);
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
