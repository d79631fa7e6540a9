package dev.sagitta;

/**
 * How far a salvage has come.
 *
 * @param collection the collection at work
 * @param written records written to the target for it so far; one that was updated while the source
 *     was in use may count more than once
 */
public record SalvageProgress(String collection, long written) {

  /** Checks that nothing is missing. */
  public SalvageProgress {
    Inputs.notNull("collection", collection);
  }
}
