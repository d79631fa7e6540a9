package dev.sagitta.persistence;

/**
 * The end of one frame in a log. Immutable.
 *
 * @param logNumber which log; 0 before the first log of a store was made
 * @param offset the byte after the frame and its padding; 0 if there is no log
 * @param sequence the frame's sequence; one less than the log's first sequence at its start
 * @param chain the frame's chain value; the log header's CRC at its start
 */
public record LogPosition(long logNumber, long offset, long sequence, int chain) {}
