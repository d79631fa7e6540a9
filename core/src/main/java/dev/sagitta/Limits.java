package dev.sagitta;

import java.time.Duration;

/**
 * Limits of input; a value beyond one is refused with {@link InvalidInputException}, never coerced.
 * {@link #LISTED_MAX} alone is one of output.
 */
public final class Limits {
  /** Most elements of a vector. */
  public static final int DIMENSION_MAX = 16_384;

  /** Largest magnitude of a vector's element, so that no score can overflow a float32. */
  public static final float COMPONENT_MAX = 1e15f;

  /** Smallest Euclidean norm of a vector under the cosine metric. */
  public static final double COSINE_NORM_MIN = 1e-30;

  /** Most UTF-8 bytes of a STRING id. */
  public static final int ID_BYTES_MAX = 1_024;

  /** Most bytes of one encoded payload. */
  public static final int PAYLOAD_BYTES_MAX = 1 << 20;

  /** Most UTF-8 bytes of a payload key. */
  public static final int PAYLOAD_KEY_BYTES_MAX = 256;

  /** Most entries of one payload. */
  public static final int PAYLOAD_ENTRIES_MAX = 1_024;

  /** Least M, links of a node per layer of the graph. */
  public static final int M_MIN = 2;

  /** Largest M. */
  public static final int M_MAX = 128;

  /** Largest efConstruction. */
  public static final int EF_CONSTRUCTION_MAX = 4_096;

  /** Most linker threads of a database. */
  public static final int LINKER_THREADS_MAX = 256;

  /** Shortest time of INTERVAL durability. */
  public static final Duration INTERVAL_MIN = Duration.ofMillis(1);

  /** Longest time of INTERVAL durability. */
  public static final Duration INTERVAL_MAX = Duration.ofHours(1);

  /** Fewest bytes of INTERVAL durability. */
  public static final long INTERVAL_BYTES_MIN = 4_096;

  /** Most bytes of INTERVAL durability. */
  public static final long INTERVAL_BYTES_MAX = 1L << 30;

  /** Most hits of one search. */
  public static final int K_MAX = 10_000;

  /** Largest efSearch of one search. */
  public static final int EF_SEARCH_MAX = 10_000;

  /** Most requests of one batch of searches. */
  public static final int SEARCHES_MAX = 10_000;

  /** Least target recall of a search. */
  public static final double TARGET_RECALL_MIN = 0.5;

  /** Largest target recall of a search; {@link VectorCollection#searchExact} finds all. */
  public static final double TARGET_RECALL_MAX = 0.999;

  /** Most encoded bytes of one atomic batch. */
  public static final int BATCH_BYTES_MAX = 64 << 20;

  /** Most stored versions (live, replaced and deleted) of one collection. */
  public static final int SLOTS_MAX = Integer.MAX_VALUE - 8;

  /**
   * Most entries of one list in a report of a verify, a scrub or a salvage. A bound of what is
   * reported, not of input: more are counted, but not listed.
   */
  public static final int LISTED_MAX = 1_000;

  /** Slowest background scrub that is not off. */
  public static final long SCRUB_BYTES_PER_SECOND_MIN = 4_096;

  /** Fastest background scrub. */
  public static final long SCRUB_BYTES_PER_SECOND_MAX = 1L << 32;

  /** What a collection's name must match. */
  public static final String COLLECTION_NAME_PATTERN = "[a-z0-9_-]{1,64}";

  private Limits() {}
}
