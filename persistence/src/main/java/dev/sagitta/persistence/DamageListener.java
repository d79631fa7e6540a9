package dev.sagitta.persistence;

import java.io.IOException;
import java.nio.file.Path;

/** Takes what a lenient reader finds damaged and goes round, on the thread that reads. */
@FunctionalInterface
public interface DamageListener {

  /** Takes one place. */
  void damaged(CorruptFileException damage);

  /** Takes a file that cannot be used, whatever the reason is. */
  default void unusable(Path file, IOException reason) {
    if (reason instanceof CorruptFileException corrupt) {
      damaged(corrupt);
      return;
    }
    var corrupt =
        new CorruptFileException(file, 0, "a file that can be read", String.valueOf(reason));
    corrupt.initCause(reason);
    damaged(corrupt);
  }
}
