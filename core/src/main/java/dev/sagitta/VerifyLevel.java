package dev.sagitta;

/**
 * How thoroughly {@link VectorCollection#verify(VerifyLevel)} looks; each level does the ones
 * before.
 */
public enum VerifyLevel {
  /**
   * All retained manifests are valid, every file that they list is there with its length, an intact
   * header and an intact table of checksums, and so are the headers of all logs. Reads a few
   * kilobytes of each file.
   */
  FILES,

  /**
   * Every block of every listed file, and every frame of the logs up to the last durable one, is
   * what was written. Reads every file once.
   */
  CHECKSUMS,

  /**
   * What the files hold makes sense: the collection is read a second time, as an opening after a
   * crash would read it, and every record, its history and the graph are looked at. Reads the files
   * of the newest checkpoint twice, and needs as much memory outside the heap as opening the
   * collection does.
   */
  CONTENT
}
