package dev.sagitta.benchmarks.race;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sagitta.distance.Metric;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SetSourceTest {
  @Test
  void understandsEveryForm() {
    assertEquals(new SetSource.FashionMnist(Path.of("a/b")), SetSource.parse("fashion-mnist:a/b"));
    assertEquals(new SetSource.SiftSmall(Path.of("c")), SetSource.parse("siftsmall:c"));
    assertEquals(new SetSource.JdkMethods(Path.of("d")), SetSource.parse("jdk-methods:d"));
    assertEquals(
        new SetSource.Generated(1_000_000, 128, Metric.EUCLIDEAN),
        SetSource.parse("generated:1000000x128:EUCLIDEAN"));
    assertEquals(
        new SetSource.Files(Path.of("b.npy"), Path.of("q.npy"), Metric.COSINE),
        SetSource.parse("files:b.npy,q.npy,COSINE"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "fashion-mnist",
        "fashion-mnist:",
        "sift:x",
        "generated:10:COSINE",
        "generated:10x:COSINE",
        "generated:10x20",
        "files:a,COSINE",
        "files:a,b,c,COSINE"
      })
  void saysWhatThereIsInPlaceOfOthers(String text) {
    IllegalArgumentException error =
        assertThrows(IllegalArgumentException.class, () -> SetSource.parse(text));

    assertEquals(text + " is no set of vectors; there are " + SetSource.FORMS, error.getMessage());
  }

  @Test
  void refusesOtherMetrics() {
    String message =
        assertThrows(
                IllegalArgumentException.class, () -> SetSource.parse("generated:10x20:MANHATTAN"))
            .getMessage();

    assertEquals(
        "metric MANHATTAN of generated:10x20:MANHATTAN is neither EUCLIDEAN nor COSINE", message);
  }
}
