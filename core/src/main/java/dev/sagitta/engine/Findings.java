package dev.sagitta.engine;

import dev.sagitta.CorruptionException;
import dev.sagitta.Damage;
import dev.sagitta.Limits;
import dev.sagitta.StorageException;
import dev.sagitta.VerifyLevel;
import dev.sagitta.VerifyReport;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What a verify has looked at and found so far. Used by one thread at a time: that of the steps,
 * while the caller waits for it.
 */
final class Findings {
  /** The first places; one that two checks find counts once while it is listed. */
  private final Set<Damage> damage = new LinkedHashSet<>();

  private long damageCount;
  private long files;
  private long bytes;
  private long records;
  private long unreachable;

  void countFiles(long more) {
    files += more;
  }

  void countBytes(long more) {
    bytes += more;
  }

  void countRecords(long more) {
    records += more;
  }

  void countUnreachable() {
    unreachable++;
  }

  void add(Damage found) {
    if (damage.contains(found)) {
      return;
    }
    damageCount++;
    if (damage.size() < Limits.LISTED_MAX) {
      damage.add(found);
    }
  }

  /**
   * Adds the damage that an error tells of.
   *
   * @throws IOException the error, if the file system refused to open or list files, which tells
   *     nothing of the bytes, or if a newer library wrote them
   */
  void add(IOException error) throws IOException {
    add(Failures.damage(error).orElseThrow(() -> error));
  }

  /** Adds the damage that an error of the API tells of. */
  void add(CorruptionException error) {
    if (error.getCause() instanceof IOException cause) {
      add(Failures.damage(cause).orElseGet(() -> damageOf(error)));
    } else {
      add(damageOf(error));
    }
  }

  /**
   * Adds the damage that an error of the API tells of: bytes that cannot be read.
   *
   * @throws StorageException the error, if it tells nothing of the bytes
   */
  void add(StorageException error) {
    if (!(error.getCause() instanceof IOException cause)) {
      throw error;
    }
    add(Failures.damage(cause).orElseThrow(() -> error));
  }

  private static Damage damageOf(CorruptionException error) {
    return new Damage(error.file(), error.offset(), String.valueOf(error.getMessage()));
  }

  VerifyReport report(VerifyLevel level) {
    return new VerifyReport(
        level, files, bytes, records, unreachable, List.copyOf(damage), damageCount);
  }
}
