package dev.sagitta.persistence;

import java.io.IOException;
import java.nio.file.Path;

/** A directory holds no manifest at all, damaged or not: it is not a collection. Immutable. */
public final class NoManifestException extends IOException {

  private static final long serialVersionUID = 1L;

  // Transient because a Path need not be serializable; the message keeps its name.
  private final transient Path directory;

  NoManifestException(Path directory) {
    super("No manifest in " + directory);
    this.directory = directory;
  }

  /** The directory that was searched. */
  public Path directory() {
    return directory;
  }
}
