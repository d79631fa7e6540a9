package dev.sagitta;

import dev.sagitta.persistence.SimulatedFiles;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One thing that happened to files of a {@link RotStore} while nobody had it open: what they were,
 * what they are now, and how to undo it.
 *
 * @param what in words, for messages; names file and place, so that it can be done again
 * @param changes what became of which file
 */
record RotDamage(String what, Map<Path, Change> changes) {
  /** Nothing is there any more, or a directory. */
  private static final byte[] NONE = {};

  /** What a file has become. */
  enum Shape {
    FILE,
    DIRECTORY,
    NOTHING
  }

  /**
   * A file, before and after.
   *
   * @param after empty if it is no file any more
   */
  @SuppressWarnings("ArrayRecordComponent") // never changed, compared by content
  record Change(byte[] before, Shape shape, byte[] after) {
    /** The first byte that is not as it was; -1 if all are, up to the shorter length. */
    int first() {
      int at = Arrays.mismatch(before, after);
      return at < Math.min(before.length, after.length) ? at : -1;
    }

    /** The last byte that is not as it was. */
    int last() {
      int at = Math.min(before.length, after.length) - 1;
      while (at >= 0 && before[at] == after[at]) {
        at--;
      }
      return at;
    }

    /** Whether it is a file of the same length. */
    boolean contentOnly() {
      return shape == Shape.FILE && before.length == after.length;
    }
  }

  /** Other content in one file. */
  static RotDamage of(String what, Path file, byte[] before, byte[] after) {
    return new RotDamage(what, Map.of(file, new Change(before, Shape.FILE, after)));
  }

  /** A file that is gone, or is a directory. */
  static RotDamage of(String what, Path file, byte[] before, Shape shape) {
    return new RotDamage(what, Map.of(file, new Change(before, shape, NONE)));
  }

  /** Two files with each other's content. */
  static RotDamage swap(Path file, byte[] content, Path other, byte[] otherContent) {
    var changes = new LinkedHashMap<Path, Change>();
    changes.put(file, new Change(content, Shape.FILE, otherContent));
    changes.put(other, new Change(otherContent, Shape.FILE, content));
    return new RotDamage(file + " and " + other + " swapped", changes);
  }

  /** The damaged files. */
  List<Path> files() {
    return List.copyOf(changes.keySet());
  }

  /** Whether anything is other than it was. */
  boolean any() {
    return changes.values().stream()
        .anyMatch(
            change ->
                change.shape() != Shape.FILE || !Arrays.equals(change.before(), change.after()));
  }

  /** Does it. */
  void on(SimulatedFiles files) throws IOException {
    for (var entry : changes.entrySet()) {
      switch (entry.getValue().shape()) {
        case FILE -> files.decay(entry.getKey(), entry.getValue().after());
        case DIRECTORY -> files.decayToDirectory(entry.getKey());
        case NOTHING -> files.decayToNothing(entry.getKey());
      }
    }
  }

  /** Undoes it where the file is still as it was damaged; others have been replaced or deleted. */
  void undo(SimulatedFiles files) throws IOException {
    for (var entry : changes.entrySet()) {
      Change change = entry.getValue();
      Optional<byte[]> now = content(files, entry.getKey());
      boolean asDamaged =
          switch (change.shape()) {
            case FILE -> now.isPresent() && Arrays.equals(change.after(), now.get());
            case DIRECTORY -> files.exists(entry.getKey()) && files.isDirectory(entry.getKey());
            case NOTHING -> now.isEmpty();
          };
      if (asDamaged) {
        files.decayToFile(entry.getKey(), change.before());
      }
    }
  }

  private static Optional<byte[]> content(SimulatedFiles files, Path file) throws IOException {
    try {
      return files.isDirectory(file) ? Optional.empty() : Optional.of(files.bytes(file));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }
}
