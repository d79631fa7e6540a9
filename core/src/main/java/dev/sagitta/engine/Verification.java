package dev.sagitta.engine;

import dev.sagitta.VerifyLevel;
import dev.sagitta.persistence.Manifest;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Verifies one collection, open or not, in steps that an engine thread does one by one. Owns the
 * pinned files.
 */
final class Verification implements AutoCloseable {
  private final PinnedFiles pinned;
  private final VerifyLevel level;
  private final Findings findings;
  private final StoredFilesCheck stored;
  private final long contentBytes;
  private @Nullable ContentCheck content;
  private boolean done;

  /** Prepares to verify; reads the headers of the logs. Closes the files if that fails. */
  static Verification begin(PinnedFiles pinned, VerifyLevel level, Findings findings)
      throws IOException {
    try {
      return new Verification(pinned, level, findings);
    } catch (IOException | RuntimeException | Error e) {
      pinned.close();
      throw e;
    }
  }

  private Verification(PinnedFiles pinned, VerifyLevel level, Findings findings)
      throws IOException {
    this.pinned = pinned;
    this.level = level;
    this.findings = findings;
    for (IOException problem : pinned.problems()) {
      findings.add(problem);
    }
    stored = new StoredFilesCheck(pinned, level, findings);
    contentBytes =
        level == VerifyLevel.CONTENT && !pinned.manifests().isEmpty()
            ? pinned.view(pinned.manifests().getFirst()).listedBytes()
            : 0;
  }

  /** Bytes to be read, roughly; never changes. */
  long bytesTotal() {
    return stored.bytesTotal() + contentBytes;
  }

  /** Bytes that were read, roughly; never goes back, and reaches the total. */
  long bytesDone() {
    if (done) {
      return bytesTotal();
    }
    // An older manifest, where the newest cannot be taken, may list more.
    long ofContent = content == null ? 0 : Math.min(contentBytes, content.bytesDone());
    return stored.bytesDone() + ofContent;
  }

  /** Does the next step; false if there was none left. */
  boolean step() throws IOException {
    if (done) {
      return false;
    }
    if (content != null) {
      done = !content.step();
    } else if (!stored.step()) {
      Optional<Manifest> openable = stored.openable();
      if (level == VerifyLevel.CONTENT && openable.isPresent()) {
        content = new ContentCheck(pinned.view(openable.get()), findings);
      } else {
        done = true;
      }
    }
    return !done;
  }

  /** Closes what is open, and lets checkpoints delete the files. */
  @Override
  public void close() throws IOException {
    try (pinned;
        stored) {
      if (content != null) {
        content.close();
      }
    }
  }
}
