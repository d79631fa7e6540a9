package dev.sagitta.engine;

import dev.sagitta.CorruptionException;
import dev.sagitta.Damage;
import dev.sagitta.SagittaException;
import dev.sagitta.StorageException;
import dev.sagitta.hnsw.GraphValidator;
import dev.sagitta.hnsw.HnswGraph;
import dev.sagitta.hnsw.HnswParameters;
import dev.sagitta.hnsw.InvalidImageException;
import dev.sagitta.hnsw.QueryScorer;
import dev.sagitta.persistence.BlockFileReader;
import dev.sagitta.persistence.FileEntry;
import dev.sagitta.persistence.FileKind;
import dev.sagitta.persistence.MappedBlockFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Checks that what a collection's files hold makes sense, whatever their checksums say, in steps:
 * recovers the collection into memory of its own, as an opening after a crash would, looks at every
 * slot, then at the stored graph. Changes nothing on disk. For one thread at a time.
 *
 * <p>Recovering, and reading the links, are one step each; all others are bounded. Damage ends the
 * check where nothing behind it can be told.
 */
final class ContentCheck implements AutoCloseable {
  private static final int SLOTS_PER_STEP = 1_024;

  private enum Stage {
    RECOVER,
    SLOTS,
    NEWEST,
    LINKS,
    DONE
  }

  private final CollectionFiles files;
  private final Findings findings;
  private final Arena arena = Arena.ofShared();
  private final Reclaimer reclaimer = new Reclaimer(new Epoch("a collection that is verified"));
  private final long bytesTotal;
  private Stage stage = Stage.RECOVER;
  private int nextSlot;

  // There once the collection is recovered.
  private @Nullable StoredConfig config;
  private @Nullable CheckpointState checkpoint;
  private @Nullable Recovery recovery;
  private @Nullable CollectionState state;
  private @Nullable SlotChecks slotChecks;

  /** Prepares to check what a manifest lists. */
  ContentCheck(CollectionFiles files, Findings findings) {
    this.files = files;
    this.findings = findings;
    bytesTotal = files.listedBytes();
  }

  /** Bytes that were read, roughly: those of the files, spread over the slots. */
  long bytesDone() {
    return switch (stage) {
      case RECOVER -> 0;
      case SLOTS, NEWEST -> {
        int slots = slotChecks == null ? 0 : slotChecks.slotCount();
        long seen = (long) nextSlot + (stage == Stage.NEWEST ? slots : 0);
        yield slots == 0 ? 0 : (long) ((double) seen / (2L * slots) * bytesTotal);
      }
      case LINKS, DONE -> bytesTotal;
    };
  }

  /** Does the next step; false if there was none left. */
  boolean step() throws IOException {
    if (stage == Stage.DONE) {
      return false;
    }
    try {
      advance();
    } catch (CorruptionException e) {
      findings.add(e);
      stage = Stage.DONE;
    } catch (StorageException e) {
      findings.add(e);
      stage = Stage.DONE;
    } catch (IllegalStateException e) {
      // What recovery copied to memory has no place any more that it could name.
      findings.add(new Damage(files.manifestPath(), 0, "the collection cannot be opened: " + e));
      stage = Stage.DONE;
    } catch (IOException e) {
      findings.add(e);
      stage = Stage.DONE;
    }
    return true;
  }

  private void advance() throws IOException {
    switch (stage) {
      case RECOVER -> {
        recover();
        stage = Stage.SLOTS;
      }
      case SLOTS -> {
        SlotChecks checks = there(slotChecks);
        int end = Math.min(checks.slotCount(), nextSlot + SLOTS_PER_STEP);
        findings.countRecords(end - nextSlot);
        for (; nextSlot < end; nextSlot++) {
          checks.checkSlot(nextSlot);
        }
        if (nextSlot == checks.slotCount()) {
          nextSlot = 0;
          stage = Stage.NEWEST;
        }
      }
      case NEWEST -> {
        SlotChecks checks = there(slotChecks);
        int end = Math.min(checks.slotCount(), nextSlot + SLOTS_PER_STEP);
        for (; nextSlot < end; nextSlot++) {
          checks.checkNewest(nextSlot);
        }
        if (nextSlot == checks.slotCount()) {
          checks.checkCounts();
          stage = Stage.LINKS;
        }
      }
      case LINKS -> {
        checkLinks();
        stage = Stage.DONE;
      }
      case DONE -> throw new IllegalStateException("done");
    }
  }

  private void recover() throws IOException {
    StoredConfig stored = files.config();
    config = stored;
    checkpoint = files.checkpoint();
    // This is an engine thread, so it may read by itself.
    Recovery opening = new Recovery(files, stored, arena, reclaimer, Runnable::run);
    recovery = opening;
    CollectionState recovered = opening.recover();
    reclaimer.reclaim();
    state = recovered;
    slotChecks = new SlotChecks(recovered, stored.config(), arena, this::add, this::add);
  }

  private void add(SlotChecks.Violation violation) {
    findings.add(damage(violation.part(), violation.slot(), violation.problem()));
  }

  private void add(SagittaException unread) {
    switch (unread) {
      case CorruptionException corrupt -> findings.add(corrupt);
      case StorageException unreadable -> findings.add(unreadable);
      default -> throw unread;
    }
  }

  /** Where the bytes are that a violation is about. */
  private Damage damage(SlotChecks.Part part, int slot, String problem) {
    CollectionState recovered = there(state);
    if (part == SlotChecks.Part.COUNTS) {
      return new Damage(files.manifestPath(), 0, problem);
    }
    if (slot >= there(checkpoint).slotCount()) {
      return new Damage(files.firstLogPath(), 0, problem);
    }
    int rowBytes = there(config).layout().rowBytes();
    return switch (part) {
      case ROW, COUNTS ->
          damage(FileKind.SLOTS, Long.MAX_VALUE, (long) slot * SlotTable.ROW_BYTES, problem);
      case RECORD ->
          damage(
              FileKind.PAYLOADS,
              recovered.records().extents().extentBytes(),
              recovered.slots().address(slot),
              problem);
      case VECTOR ->
          damage(
              FileKind.VECTORS,
              recovered.vectors().extents().extentBytes(),
              (long) slot * rowBytes,
              problem);
    };
  }

  private Damage damage(FileKind kind, long extentBytes, long position, String problem) {
    FileEntry entry = files.entries(kind).get((int) (position / extentBytes));
    long offset = MappedBlockFile.BODY_OFFSET + position % extentBytes;
    return new Damage(files.path(entry), offset, problem);
  }

  /** Reads the links into a graph, which refuses what no graph can be, and walks it. */
  private void checkLinks() throws IOException {
    List<FileEntry> entries = files.entries(FileKind.LINKS);
    int slotCount = there(checkpoint).slotCount();
    if (entries.isEmpty() && slotCount == 0) {
      return;
    }
    if (entries.size() != 1) {
      String problem = "expected one file of kind LINKS, found " + entries.size() + " files";
      findings.add(new Damage(files.manifestPath(), 0, problem));
      return;
    }
    Path file = files.path(entries.getFirst());
    var parameters =
        new HnswParameters(there(config).config().m(), there(config).config().efConstruction());
    try (HnswGraph graph = new HnswGraph(parameters, ContentCheck::noScorer);
        BlockFileReader reader = files.read(entries.getFirst())) {
      graph.readImage(slotCount, reader::read);
      checkLinked(graph, file);
      var _ = LinkParts.read(reader, file);
    } catch (InvalidImageException e) {
      long offset = MappedBlockFile.BODY_OFFSET + e.position();
      findings.add(new Damage(file, offset, String.valueOf(e.getMessage())));
    }
  }

  private static QueryScorer noScorer() {
    throw new IllegalStateException("a graph that is verified is not searched");
  }

  /** Every slot that lived at the checkpoint is linked, or is listed to be. */
  private void checkLinked(HnswGraph graph, Path file) {
    SlotTable slots = there(state).slots();
    CheckpointState at = there(checkpoint);
    var pending = there(recovery).pendingAtCheckpoint();
    for (int slot = 0; slot < at.slotCount(); slot++) {
      if (slots.visible(slot, at.sequence()) && !graph.contains(slot) && !pending.contains(slot)) {
        String problem = "slot %d lives and is neither pending nor linked".formatted(slot);
        findings.add(new Damage(file, MappedBlockFile.BODY_OFFSET, problem));
      }
    }
    GraphValidator.unreachable(
        graph,
        at.slotCount(),
        slot -> {
          if (slots.visible(slot, at.sequence()) && !pending.contains(slot)) {
            findings.countUnreachable();
          }
        });
  }

  private static <T> T there(@Nullable T part) {
    if (part == null) {
      throw new IllegalStateException("not recovered");
    }
    return part;
  }

  /** Frees the memory. */
  @Override
  public void close() {
    Closing.all(List.of(reclaimer::reclaim, this::closeRecovery, arena::close));
  }

  private void closeRecovery() {
    if (recovery != null) {
      recovery.close();
    }
  }
}
