/** Sagitta, an embeddable vector index. */
module dev.sagitta {
  // Optional: with it the kernels are SIMD, without it scalar.
  requires static jdk.incubator.vector;
  // Annotations only.
  requires static org.jspecify;
  requires org.agrona;

  exports dev.sagitta;
  exports dev.sagitta.distance;
}
