package dev.sagitta.engine;

import dev.sagitta.persistence.Manifest;
import java.util.ArrayList;
import java.util.List;

/**
 * The manifests of one collection whose files are being verified, so that checkpoints spare those
 * files, and the gate that every step of a verify passes. Kept for the collection whether it is
 * open or not. Thread-safe.
 */
final class Pins {
  /** Closed before the collection's files are closed, or renamed to be deleted. */
  private final Epoch gate;

  /** Guarded by this; a manifest is there as often as it is pinned. */
  private final List<Manifest> pinned = new ArrayList<>();

  /** Whether files may have been spared that are in nobody's way any more; guarded by this. */
  private boolean spared;

  /**
   * No pins.
   *
   * @param what is named by the error that steps get once the gate is closed
   */
  Pins(String what) {
    gate = new Epoch(what);
  }

  Epoch gate() {
    return gate;
  }

  synchronized void add(List<Manifest> manifests) {
    pinned.addAll(manifests);
  }

  synchronized void remove(List<Manifest> manifests) {
    manifests.forEach(pinned::remove);
  }

  /** What is pinned now, for somebody who deletes files and spares theirs. */
  synchronized List<Manifest> toSpare() {
    spared |= !pinned.isEmpty();
    return List.copyOf(pinned);
  }

  /** Whether what was spared should be deleted now; true once. */
  synchronized boolean takeSpared() {
    boolean now = spared && pinned.isEmpty();
    spared &= !now;
    return now;
  }
}
