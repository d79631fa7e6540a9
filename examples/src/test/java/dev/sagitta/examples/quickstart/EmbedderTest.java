package dev.sagitta.examples.quickstart;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.Comparator;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class EmbedderTest {
  private final Embedder embedder = newEmbedder();

  @Test
  void givesTheSameVectorEveryTime() {
    for (JdkMethod method : TestMethods.ALL) {
      assertArrayEquals(newEmbedder().embed(method), embedder.embed(method));
    }
  }

  @Test
  void givesMethodsVectorsOfLengthOne() {
    for (JdkMethod method : TestMethods.ALL) {
      float[] vector = embedder.embed(method);
      assertEquals(Embedder.DIMENSION, vector.length);
      assertEquals(1, dotProduct(vector, vector), 1e-5, method.id());
    }
  }

  @Test
  void putsQuestionsNearTheirAnswers() {
    assertSame(TestMethods.READ_ALL_LINES, nearest("read all lines of a file"));
    assertSame(TestMethods.COMPARE_ARRAYS, nearest("comparing arrays"));
    assertSame(TestMethods.PARSE_DATE, nearest("a date to parse"));
    assertSame(TestMethods.NEW_ENCODER, nearest("new base64 encoder"));
  }

  @Test
  void hasNoVectorForAQuestionWithoutKnownWords() {
    assertEquals(Optional.empty(), embedder.embed("the of qqqq"));
  }

  @Property
  void answersAnyQuestionWithAVectorOfLengthOneOrNone(@ForAll String question) {
    embedder.embed(question).ifPresent(vector -> assertEquals(1, dotProduct(vector, vector), 1e-5));
  }

  @Test
  void takesNoNoticeOfUnknownWords() {
    assertArrayEquals(vector("parse date"), vector("parse zzzz date"));
  }

  private JdkMethod nearest(String question) {
    float[] query = vector(question);
    return TestMethods.ALL.stream()
        .max(Comparator.comparingDouble(method -> dotProduct(query, embedder.embed(method))))
        .orElseThrow();
  }

  private float[] vector(String question) {
    return embedder.embed(question).orElseThrow();
  }

  private static Embedder newEmbedder() {
    return new Embedder(Vocabulary.count(TestMethods.ALL.stream()));
  }

  private static double dotProduct(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }
}
