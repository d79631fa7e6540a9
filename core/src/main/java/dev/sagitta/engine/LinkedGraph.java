package dev.sagitta.engine;

import dev.sagitta.RecallCalibration;
import dev.sagitta.hnsw.GraphValidator;
import dev.sagitta.hnsw.HnswGraph;
import dev.sagitta.hnsw.HnswParameters;
import dev.sagitta.hnsw.InvalidImageException;
import dev.sagitta.hnsw.VectorSpace;
import dev.sagitta.persistence.BlockFileReader;
import dev.sagitta.persistence.CorruptFileException;
import dev.sagitta.persistence.FileEntry;
import dev.sagitta.persistence.FileKind;
import dev.sagitta.persistence.FormatVersionException;
import dev.sagitta.persistence.WrongStoreException;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongConsumer;
import org.agrona.collections.IntHashSet;
import org.jspecify.annotations.Nullable;

/**
 * The graph of a collection, which opening does not wait for: it is read from the checkpoint's
 * links in the background, and whoever needs it waits.
 *
 * <p>Links are derived data. If their file is damaged the graph begins empty and every live slot
 * becomes pending, which keeps answers exact while it is built again. Slots that the graph, as it
 * was read, cannot reach become pending too. Links that a newer library wrote are never built anew:
 * opening refuses them, and where it could not read their header, the collection fails here, so
 * that no checkpoint replaces them.
 */
final class LinkedGraph {
  private static final Logger LOG = System.getLogger("dev.sagitta");
  private static final int READ_ATTEMPTS = 5;

  /** After the first attempt; doubles from one to the next. */
  private static final long READ_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final HnswParameters parameters;
  private final VectorSpace space;
  private final LongConsumer pause;
  private final CompletableFuture<HnswGraph> ready = new CompletableFuture<>();
  private final Calibrations calibrations = new Calibrations();
  private volatile Optional<String> warning = Optional.empty();

  /**
   * A graph that is not there yet.
   *
   * @param pause waits for so many nanoseconds
   */
  LinkedGraph(HnswParameters parameters, VectorSpace space, LongConsumer pause) {
    this.pause = pause;
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
      try {
        GraphValidator.unreachable(graph, slotCount, slot -> repend(state, slot, listed));
      } catch (RuntimeException | Error e) {
        graph.close();
        throw e;
      }
      ready.complete(graph);
    } catch (RuntimeException | Error e) {
      ready.completeExceptionally(e);
      throw e;
    }
  }

  private HnswGraph read(
      CollectionFiles files, CollectionState state, int slotCount, IntHashSet listed) {
    List<FileEntry> links = files.entries(FileKind.LINKS);
    if (links.isEmpty() && slotCount == 0) {
      return new HnswGraph(parameters, space);
    }
    try {
      return read(files, links, slotCount);
    } catch (FormatVersionException e) {
      throw Failures.translate("reading links", e);
    } catch (IOException e) {
      warning = Optional.of("links are being rebuilt: " + e.getMessage());
      for (int slot = 0; slot < slotCount; slot++) {
        repend(state, slot, listed);
      }
      return new HnswGraph(parameters, space);
    }
  }

  /** Reads links; again, if the file is not damaged but could not be read, which may pass. */
  private HnswGraph read(CollectionFiles files, List<FileEntry> links, int slotCount)
      throws IOException {
    for (int attempt = 1; ; attempt++) {
      HnswGraph graph = new HnswGraph(parameters, space);
      try (BlockFileReader reader = files.read(only(links, files))) {
        graph.readImage(slotCount, reader::read);
        calibrations.read(calibration(reader, files.path(links.getFirst())));
        return graph;
      } catch (CorruptFileException
          | InvalidImageException
          | FormatVersionException
          | WrongStoreException useless) {
        graph.close();
        throw useless;
      } catch (IOException e) {
        graph.close();
        if (attempt == READ_ATTEMPTS) {
          throw e;
        }
        pause.accept(READ_PAUSE_NANOS << (attempt - 1));
      } catch (RuntimeException | Error e) {
        graph.close();
        throw e;
      }
    }
  }

  /** What stands behind the links. Nobody needs it, so nothing is refused for its sake. */
  private static Optional<RecallCalibration> calibration(BlockFileReader reader, Path file) {
    try {
      return LinkParts.read(reader, file);
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "the calibration in " + file + " is measured anew", e);
      return Optional.empty();
    }
  }

  private static FileEntry only(List<FileEntry> links, CollectionFiles files)
      throws CorruptFileException {
    if (links.size() != 1) {
      throw new CorruptFileException(
          files.manifestPath(), 0, "one file of kind LINKS", links.size() + " files");
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

  /** Whether the graph is there. */
  boolean loaded() {
    return ready.isDone() && !ready.isCompletedExceptionally();
  }

  /** Why the graph never will be there, if it will not. */
  @Nullable Throwable failure() {
    return ready.isCompletedExceptionally() ? ready.exceptionNow() : null;
  }

  /** The graph, waited for without regard to interrupts; throws the error that prevented it. */
  HnswGraph get() {
    return Waiting.on(ready);
  }

  /**
   * Waits until the graph is there, or never will be, without regard to interrupts.
   *
   * @param nanos the longest time to wait; {@link Long#MAX_VALUE} for ever
   */
  void await(long nanos) {
    if (!ready.isDone()) {
      CompletableFuture<Boolean> end = ready.handle((graph, error) -> true);
      if (nanos < Long.MAX_VALUE) {
        end.completeOnTimeout(false, nanos, TimeUnit.NANOSECONDS);
      }
      end.join();
    }
  }

  /** As {@link #await}, but ended by an interrupt. */
  void awaitInterruptibly(long nanos) throws InterruptedException {
    try {
      ready.handle((graph, error) -> true).get(nanos, TimeUnit.NANOSECONDS);
    } catch (TimeoutException notYet) {
      // The caller asks whether it is there.
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Says that a checkpoint has stored the links, so that damage to the ones before is no more. */
  void stored() {
    warning = Optional.empty();
  }

  /** What was measured of the graph. */
  Calibrations calibrations() {
    return calibrations;
  }

  /** What went wrong without harm while reading, until a checkpoint has stored the links anew. */
  Optional<String> warning() {
    return warning;
  }

  /** Bytes of memory. */
  long bytes() {
    return loaded() ? ready.join().bytes() : 0;
  }

  /** Frees the memory; the epoch is closed by then. */
  void close() {
    if (!ready.isCompletedExceptionally()) {
      ready.join().close();
    }
  }
}
