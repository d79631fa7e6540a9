package dev.sagitta.benchmarks.race;

import dev.sagitta.benchmarks.race.LuceneEngine.Codec;
import java.util.Locale;
import org.apache.lucene.util.quantization.QuantizedByteVectorValues.ScalarEncoding;

/** An engine in one of its modes. */
enum Contestant {
  SAGITTA("Sagitta"),
  LUCENE("Lucene"),
  LUCENE_7BIT("Lucene, 7 bits"),
  LUCENE_4BIT("Lucene, 4 bits"),
  LUCENE_1BIT("Lucene, 1 bit"),
  JVECTOR("JVector"),
  JVECTOR_FUSED_PQ("JVector, fused PQ"),
  HNSWLIB_JAVA("hnswlib-java"),
  VOYAGER("Voyager"),
  HNSWLIB("hnswlib (C++)");

  private final String label;

  Contestant(String label) {
    this.label = label;
  }

  /** The name in tables. */
  String label() {
    return label;
  }

  /** The name of its directory. */
  String directory() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Whether it runs in a JVM. */
  boolean isJava() {
    return this != HNSWLIB;
  }

  /** Whether it is one of those that Sagitta is compared with as a Java library. */
  boolean isJavaPeer() {
    return isJava() && this != SAGITTA;
  }

  /** Who builds the index that it searches. */
  Contestant builder() {
    return this == JVECTOR_FUSED_PQ ? JVECTOR : this;
  }

  /**
   * How it is called.
   *
   * @throws IllegalStateException if it is no Java engine
   */
  Engine engine() {
    return switch (this) {
      case SAGITTA -> new SagittaEngine();
      case LUCENE -> new LuceneEngine(Codec.ofVectors(this));
      case LUCENE_7BIT ->
          new LuceneEngine(Codec.ofCodes(this, ScalarEncoding.SEVEN_BIT, 3 * GraphParameters.K));
      case LUCENE_4BIT ->
          new LuceneEngine(
              Codec.ofCodes(this, ScalarEncoding.PACKED_NIBBLE, 5 * GraphParameters.K));
      case LUCENE_1BIT ->
          new LuceneEngine(
              Codec.ofCodes(this, ScalarEncoding.SINGLE_BIT_QUERY_NIBBLE, 20 * GraphParameters.K));
      case JVECTOR -> new JVectorEngine(JVectorEngine.Mode.FULL_VECTORS);
      case JVECTOR_FUSED_PQ -> new JVectorEngine(JVectorEngine.Mode.FUSED_PQ);
      case HNSWLIB_JAVA -> new HnswlibJavaEngine();
      case VOYAGER -> new VoyagerEngine();
      case HNSWLIB -> throw new IllegalStateException(label + " is no Java engine");
    };
  }
}
