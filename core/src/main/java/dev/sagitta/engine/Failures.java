package dev.sagitta.engine;

import dev.sagitta.CorruptionException;
import dev.sagitta.Damage;
import dev.sagitta.DatabaseLockedException;
import dev.sagitta.SagittaException;
import dev.sagitta.StorageException;
import dev.sagitta.UnsupportedFormatException;
import dev.sagitta.persistence.CorruptFileException;
import dev.sagitta.persistence.DirectoryNotOpenedException;
import dev.sagitta.persistence.FormatVersionException;
import dev.sagitta.persistence.LockHeldException;
import dev.sagitta.persistence.LogNotBegunException;
import dev.sagitta.persistence.NoManifestException;
import dev.sagitta.persistence.UnreadableFileException;
import dev.sagitta.persistence.WrongStoreException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/** Turns the checked errors of the persistence layer into the typed ones of the API. */
final class Failures {
  private Failures() {}

  /**
   * The damage that an error tells of; empty if it says nothing of the bytes. A file of a newer
   * format is not damaged.
   */
  static Optional<Damage> damage(IOException error) {
    return switch (error) {
      case CorruptFileException corrupt ->
          Optional.of(
              new Damage(
                  corrupt.file(),
                  corrupt.offset(),
                  "expected %s, found %s".formatted(corrupt.expected(), corrupt.actual())));
      case WrongStoreException foreign ->
          Optional.of(new Damage(foreign.file(), 0, String.valueOf(foreign.getMessage())));
      case NoManifestException missing ->
          Optional.of(new Damage(missing.directory(), 0, String.valueOf(missing.getMessage())));
      case UnreadableFileException unreadable ->
          Optional.of(
              new Damage(
                  unreadable.file(),
                  unreadable.offset(),
                  "cannot be read: " + unreadable.getCause()));
      case NoSuchFileException missing ->
          Optional.of(new Damage(Path.of(missing.getFile()), 0, "expected a file, found none"));
      default -> Optional.empty();
    };
  }

  /** The API's error for an I/O error. */
  static SagittaException translate(String doing, IOException cause) {
    return switch (cause) {
      case CorruptFileException corrupt ->
          new CorruptionException(
              String.valueOf(corrupt.getMessage()), corrupt.file(), corrupt.offset(), corrupt);
      case WrongStoreException foreign ->
          new CorruptionException(String.valueOf(foreign.getMessage()), foreign.file(), 0, foreign);
      case NoManifestException missing ->
          new CorruptionException(
              String.valueOf(missing.getMessage()), missing.directory(), 0, missing);
      case FormatVersionException other ->
          new UnsupportedFormatException(String.valueOf(other.getMessage()), other.file(), other);
      case LockHeldException held ->
          new DatabaseLockedException(
              String.valueOf(held.getMessage()), held.holderPid().orElse(-1));
      case UnreadableFileException unreadable ->
          new StorageException(doing + " failed: " + unreadable.getMessage(), unreadable);
      case DirectoryNotOpenedException unopened ->
          new StorageException(doing + " failed: " + unopened.getMessage(), unopened);
      case LogNotBegunException notBegun ->
          new StorageException(doing + " failed: " + notBegun.getMessage(), notBegun);
      default -> new StorageException(doing + " failed: " + cause, cause);
    };
  }
}
