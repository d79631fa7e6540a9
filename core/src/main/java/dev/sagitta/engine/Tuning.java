package dev.sagitta.engine;

/**
 * Sizes that shape files and memory. The sizes of extents are stored with a collection when it is
 * created; the others hold while it is open.
 *
 * @param vectorExtentBytes upper bound of a vector extent, which holds a power of two of rows, at
 *     least one
 * @param payloadExtentBytes size of a payload extent; holds the largest id and payload
 * @param pendingBytes vectors that may be pending before writers help to link
 * @param checkpointLogBytes log size from which a checkpoint may start
 * @param logCapFactor how many times the size at which a checkpoint starts the log may reach, while
 *     checkpoints fail, before writes are refused
 * @param codedBytes size of all vectors from which the graph is walked by codes of them
 */
public record Tuning(
    int vectorExtentBytes,
    int payloadExtentBytes,
    int pendingBytes,
    long checkpointLogBytes,
    int logCapFactor,
    long codedBytes) {

  /** What production uses. */
  public static final Tuning DEFAULT =
      new Tuning(4 << 20, 4 << 20, 1 << 20, 64L << 20, 8, 16L << 20);

  /** Sizes for collections that are walked by their vectors, however large. */
  public Tuning(
      int vectorExtentBytes,
      int payloadExtentBytes,
      int pendingBytes,
      long checkpointLogBytes,
      int logCapFactor) {
    this(
        vectorExtentBytes,
        payloadExtentBytes,
        pendingBytes,
        checkpointLogBytes,
        logCapFactor,
        Long.MAX_VALUE);
  }

  /** The same, but for the size from which the graph is walked by codes. */
  public Tuning withCodedBytes(long bytes) {
    return new Tuning(
        vectorExtentBytes,
        payloadExtentBytes,
        pendingBytes,
        checkpointLogBytes,
        logCapFactor,
        bytes);
  }
}
