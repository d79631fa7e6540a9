package dev.sagitta.persistence;

/**
 * What files may use beyond their version: one bit each, in the header of a file that does. A
 * reader that does not know a bit of the incompatible ones refuses the file as too new. A bit is
 * never given a second meaning. Stateless.
 */
public final class FormatFeatures {
  /**
   * Incompatible, of a manifest: its configuration names a type of elements or a metric that came
   * after 1.0.
   */
  public static final long ELEMENT_TYPES = 1;

  /** Compatible, of links: parts follow the graph's image, each with its kind and its length. */
  static final long LINK_PARTS = 1;

  /** The incompatible features that this library reads. */
  static final long INCOMPATIBLE_KNOWN = ELEMENT_TYPES;

  private FormatFeatures() {}
}
