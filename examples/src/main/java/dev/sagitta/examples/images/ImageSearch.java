package dev.sagitta.examples.images;

import dev.sagitta.Hit;
import dev.sagitta.SearchRequest;
import dev.sagitta.SearchResult;
import dev.sagitta.VectorCollection;
import dev.sagitta.VectorDatabase;
import dev.sagitta.examples.images.ContactSheet.Neighbour;
import dev.sagitta.examples.report.Figures;
import dev.sagitta.examples.report.Latencies;
import dev.sagitta.examples.report.Recall;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds pictures of clothes that look alike. It indexes the 60,000 training pictures of
 * Fashion-MNIST by their pixels, searches the ten nearest of some test pictures, and writes a page
 * that shows them.
 */
public final class ImageSearch {
  private static final int QUERIES = 20;
  private static final int K = 10;

  private final IdxImages images;
  private final IdxImages queries;
  private final VectorCollection collection;

  /** A test picture and what was found for it, by the index and by an exact search. */
  private record Answer(int query, SearchResult found, SearchResult exact) {}

  private ImageSearch(IdxImages images, IdxImages queries, VectorCollection collection) {
    this.images = images;
    this.queries = queries;
    this.collection = collection;
  }

  /**
   * Runs the image search.
   *
   * @param args options and the directory of Fashion-MNIST; see {@link Arguments#USAGE}
   */
  public static void main(String[] args) throws InterruptedException {
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
    try {
      run(arguments);
    } catch (IOException e) {
      System.err.println(e.getMessage());
      System.exit(1);
    }
  }

  private static void run(Arguments arguments) throws IOException, InterruptedException {
    IdxImages images = IdxImages.read(arguments.images().resolve("train-images-idx3-ubyte.gz"));
    IdxImages queries = IdxImages.read(arguments.images().resolve("t10k-images-idx3-ubyte.gz"));
    try (VectorDatabase database = VectorDatabase.open(arguments.database())) {
      VectorCollection collection = ImageIndex.open(database, images);
      new ImageSearch(images, queries, collection).writePage(arguments.page());
    }
  }

  private void writePage(Path file) throws IOException {
    Latencies latencies = new Latencies();
    List<Answer> answers = answers(latencies);
    String summary =
        "%d test pictures and the %d nearest of %s; recall@%d %s beside exact search; %s a search."
            .formatted(
                answers.size(),
                K,
                Figures.count(collection.count()),
                K,
                Figures.percent(recall(answers)),
                Figures.duration(latencies.percentile(50)));
    ContactSheet sheet = new ContactSheet("Pictures that look alike", summary);
    for (Answer answer : answers) {
      sheet.add(queries.image(answer.query()), "test " + answer.query(), neighbours(answer));
    }
    Files.createDirectories(file.toAbsolutePath().getParent());
    sheet.write(file);
    System.out.printf("%s%nThe page is %s%n", summary, file.toAbsolutePath().toUri());
  }

  private List<Answer> answers(Latencies latencies) {
    List<Answer> answers = new ArrayList<>();
    for (int i = 0; i < QUERIES; i++) {
      int query = (int) ((long) i * queries.count() / QUERIES);
      SearchRequest request = SearchRequest.of(queries.vector(query), K);
      SearchResult found = latencies.time(() -> collection.search(request));
      answers.add(new Answer(query, found, collection.searchExact(request)));
    }
    return answers;
  }

  private static double recall(List<Answer> answers) {
    return answers.stream()
        .mapToDouble(answer -> Recall.of(answer.found(), answer.exact()))
        .average()
        .orElseThrow();
  }

  private List<Neighbour> neighbours(Answer answer) {
    List<Neighbour> neighbours = new ArrayList<>();
    for (Hit hit : answer.found()) {
      neighbours.add(new Neighbour(images.image(number(hit)), hit.id().toString(), hit.distance()));
    }
    return neighbours;
  }

  private static int number(Hit hit) {
    return Math.toIntExact(hit.id().asLong());
  }
}
