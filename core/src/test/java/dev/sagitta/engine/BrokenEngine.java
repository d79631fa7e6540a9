package dev.sagitta.engine;

import dev.sagitta.distance.VectorValue;
import dev.sagitta.persistence.FileOperations;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What a sabotaged library calls in place of its own methods, each wrong in one way. See the
 * constants of {@code dev.sagitta.sabotage.Sabotage}.
 */
final class BrokenEngine {
  /** What {@link #storeLater} has not stored yet. */
  private static final Map<VectorStore, Late> LATE = new WeakHashMap<>();

  private record Late(int slot, VectorValue vector) {}

  private BrokenEngine() {}

  /** Stores a vector with the write after it, when readers may have looked for it already. */
  static void storeLater(VectorStore vectors, int slot, VectorValue vector) {
    synchronized (LATE) {
      vectors.write(slot, VectorValue.float32(new float[vector.dimension()]));
      @Nullable Late late = LATE.put(vectors, new Late(slot, vector));
      if (late != null) {
        vectors.write(late.slot(), late.vector());
      }
    }
  }

  /** Finds nothing that the timer should force. */
  static boolean allForced(CommitLog log, long sequence) {
    return false;
  }

  /** Shows readers a write that the log may yet refuse. */
  static void applyAndPublish(CollectionState state, long sequence, Operation operation) {
    state.apply(sequence, operation);
    state.publish();
  }

  /** Applies the first half of a batch. */
  static void applyHalf(CollectionState state, long sequence, Operation operation) {
    if (operation instanceof Operation.Batch(List<Operation.Single> changes)) {
      state.apply(sequence, new Operation.Batch(changes.subList(0, (changes.size() + 1) / 2)));
    } else {
      state.apply(sequence, operation);
    }
  }

  /** Deletes a collection's files under its own name. */
  static void deleteAndRename(FileOperations files, Path from, Path to) throws IOException {
    for (String name : files.list(from)) {
      files.delete(from.resolve(name));
    }
    files.rename(from, to);
  }

  /** Locks nothing. */
  static Closeable lockNothing(FileOperations files, Path lockFile) {
    return () -> {};
  }

  /** Forces nothing. */
  static void forceNothing(CommitLog log) {}
}
