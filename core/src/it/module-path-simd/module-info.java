/** The same, asking for SIMD: no flag is needed then. */
module consumer {
  requires dev.sagitta;
  requires jdk.incubator.vector;
}
