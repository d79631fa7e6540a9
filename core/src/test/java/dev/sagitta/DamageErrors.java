package dev.sagitta;

import org.jspecify.annotations.Nullable;

/** Tells the errors that spoilt files may give from all others. Stateless. */
final class DamageErrors {
  private DamageErrors() {}

  /**
   * Fails unless an error tells of damage or of a format that seems to be newer, or is that of a
   * collection that has failed because of such an error.
   */
  static void require(SagittaException error) {
    @Nullable Throwable cause = error;
    while (cause instanceof CollectionFailedException) {
      cause = cause.getCause();
    }
    if (!(cause instanceof CorruptionException || cause instanceof UnsupportedFormatException)) {
      throw new AssertionError("no damage: " + error, error);
    }
  }
}
