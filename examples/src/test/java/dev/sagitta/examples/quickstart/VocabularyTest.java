package dev.sagitta.examples.quickstart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VocabularyTest {
  private final Vocabulary vocabulary = Vocabulary.count(TestMethods.ALL.stream());

  @Test
  void weighsRareTermsMoreThanCommonOnes() {
    Map<String, Double> weights = vocabulary.weigh(Stream.of("java", "util", "compar"));

    assertTrue(weight(weights, "compar") > weight(weights, "util"), "compar: 1 method, util: 2");
    assertTrue(weight(weights, "util") > weight(weights, "java"), "util: 2 methods, java: all");
  }

  @Test
  void weighsRepeatedTermsMoreThanSingleOnes() {
    Map<String, Double> weights = vocabulary.weigh(Stream.of("compar", "dat", "dat", "dat"));

    assertEquals(1 + Math.log(3), weight(weights, "dat") / weight(weights, "compar"), 1e-9);
  }

  @Test
  void leavesOutTermsThatNoMethodHas() {
    assertEquals(Map.of("dat", 1.0), vocabulary.weigh(Stream.of("unheard", "dat")));
    assertEquals(Map.of(), vocabulary.weigh(Stream.of("unheard")));
  }

  @Test
  void survivesItsFile(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("vocabulary.tsv");
    vocabulary.write(file);
    Vocabulary read = Vocabulary.read(file);

    assertEquals(vocabulary.methods(), read.methods());
    assertEquals(vocabulary.terms(), read.terms());
    List<String> terms = List.of("java", "util", "compar", "dat");
    assertEquals(vocabulary.weigh(terms.stream()), read.weigh(terms.stream()));
  }

  private static double weight(Map<String, Double> weights, String term) {
    return weights.getOrDefault(term, Double.NaN);
  }
}
