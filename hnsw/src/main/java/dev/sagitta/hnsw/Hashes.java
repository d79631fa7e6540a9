package dev.sagitta.hnsw;

/** A hash that stands in for random numbers where the same choice must come out again. */
final class Hashes {
  private Hashes() {}

  /** SplitMix64 (Steele, Lea and Flood 2014): 64 well mixed bits of a number. */
  static long mix(long number) {
    long z = (number + 1) * 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
