package dev.sagitta;

/**
 * How far a verify has come.
 *
 * @param collection the collection that is being looked at
 * @param collectionsDone collections before it
 * @param collections collections in all
 * @param bytesDone of this collection, roughly the bytes that were read
 * @param bytesTotal of this collection, roughly the bytes to be read; does not change
 */
public record VerifyProgress(
    String collection, int collectionsDone, int collections, long bytesDone, long bytesTotal) {

  /** What part of all work is done, each collection counting the same; 1 at the very end. */
  public double fraction() {
    double ofThis = bytesTotal == 0 ? 1 : (double) bytesDone / bytesTotal;
    return (collectionsDone + ofThis) / collections;
  }
}
