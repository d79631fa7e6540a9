package dev.sagitta.engine;

import dev.sagitta.hnsw.GraphValidator;
import dev.sagitta.hnsw.HnswGraph;
import dev.sagitta.hnsw.HnswParameters;
import dev.sagitta.hnsw.VectorSpace;
import dev.sagitta.persistence.BlockFileReader;
import dev.sagitta.persistence.CorruptFileException;
import dev.sagitta.persistence.FileEntry;
import dev.sagitta.persistence.FileKind;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.agrona.collections.IntHashSet;

/**
 * The graph of a collection, which opening does not wait for: it is read from the checkpoint's
 * links in the background, and whoever needs it waits.
 *
 * <p>Links are derived data. If their file is damaged the graph begins empty and every live slot
 * becomes pending, which keeps answers exact while it is built again. Slots that the graph, as it
 * was read, cannot reach become pending too.
 */
final class LinkedGraph {
  private final HnswParameters parameters;
  private final VectorSpace space;
  private final CompletableFuture<HnswGraph> ready = new CompletableFuture<>();
  private volatile Optional<String> warning = Optional.empty();

  LinkedGraph(HnswParameters parameters, VectorSpace space) {
    this.parameters = parameters;
    this.space = space;
  }

  /**
   * Reads the graph of a checkpoint. Background thread, once.
   *
   * @param slotCount slots of the checkpoint
   * @param listed slots that are pending already
   */
  void load(CollectionFiles files, CollectionState state, int slotCount, IntHashSet listed) {
    try {
      HnswGraph graph = read(files, state, slotCount, listed);
      GraphValidator.unreachable(graph, slotCount, slot -> repend(state, slot, listed));
      ready.complete(graph);
    } catch (RuntimeException | Error e) {
      ready.completeExceptionally(e);
      throw e;
    }
  }

  private HnswGraph read(
      CollectionFiles files, CollectionState state, int slotCount, IntHashSet listed) {
    HnswGraph graph = new HnswGraph(parameters, space);
    List<FileEntry> links = files.entries(FileKind.LINKS);
    if (links.isEmpty() && slotCount == 0) {
      return graph;
    }
    try (BlockFileReader reader = files.read(only(links, files))) {
      graph.readImage(slotCount, reader::read);
      return graph;
    } catch (IOException e) {
      graph.close();
      warning = Optional.of("links are being rebuilt: " + e.getMessage());
      for (int slot = 0; slot < slotCount; slot++) {
        repend(state, slot, listed);
      }
      return new HnswGraph(parameters, space);
    }
  }

  private static FileEntry only(List<FileEntry> links, CollectionFiles files)
      throws CorruptFileException {
    if (links.size() != 1) {
      throw new CorruptFileException(
          files.directory(), 0, "one file of kind LINKS", links.size() + " files");
    }
    return links.getFirst();
  }

  private static void repend(CollectionState state, int slot, IntHashSet listed) {
    if (!listed.contains(slot) && state.slots().visible(slot, state.published().sequence())) {
      state.pending().add(slot);
    }
  }

  /** Whether the graph is there, or never will be. */
  boolean done() {
    return ready.isDone();
  }

  /** The graph, waited for without regard to interrupts. */
  HnswGraph get() {
    return Waiting.on(ready);
  }

  /** Waits for the graph at most for a time, without regard to interrupts. */
  void await(long nanos) {
    if (!ready.isDone()) {
      ready
          .handle((graph, error) -> true)
          .completeOnTimeout(false, nanos, TimeUnit.NANOSECONDS)
          .join();
    }
  }

  /** Says that a checkpoint has stored the links, so that damage to the ones before is no more. */
  void stored() {
    warning = Optional.empty();
  }

  /** What went wrong without harm while reading, until a checkpoint has stored the links anew. */
  Optional<String> warning() {
    return warning;
  }

  /** Bytes of memory. */
  long bytes() {
    return ready.isDone() && !ready.isCompletedExceptionally() ? ready.join().bytes() : 0;
  }

  /** Frees the memory; the epoch is closed by then. */
  void close() {
    if (!ready.isCompletedExceptionally()) {
      ready.join().close();
    }
  }
}
