package dev.sagitta.persistence;

/**
 * The features of the format that one file uses, as its header says. Immutable.
 *
 * @param incompatible those of {@link FormatFeatures} that nobody may read past
 * @param compatible those that a reader may ignore
 */
public record FileFeatures(long incompatible, long compatible) {
  /** What every reader of the version reads. */
  public static final FileFeatures NONE = new FileFeatures(0, 0);

  /** Parts behind the image of a file of links. */
  public static final FileFeatures LINK_PARTS = new FileFeatures(0, FormatFeatures.LINK_PARTS);
}
