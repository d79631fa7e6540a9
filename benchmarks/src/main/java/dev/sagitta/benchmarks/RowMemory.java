package dev.sagitta.benchmarks;

/**
 * Where the rows of a measurement are, told by how many there are: as many as FLOAT32 rows fill
 * some memory. So there are equally many of each {@link RowType}, as a collection would have.
 */
enum RowMemory {
  /** In the cache of a core: 256 KiB of FLOAT32. */
  CACHED(256 << 10),

  /** In memory, beyond all caches: 1 GiB of FLOAT32. */
  DRAM(1 << 30);

  private final int bytes;

  RowMemory(int bytes) {
    this.bytes = bytes;
  }

  /** How many rows there are. */
  int rows(int dimension) {
    return bytes / (dimension * Float.BYTES);
  }
}
