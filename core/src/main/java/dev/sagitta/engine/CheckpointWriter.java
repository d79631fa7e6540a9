package dev.sagitta.engine;

import dev.sagitta.RecallCalibration;
import dev.sagitta.hnsw.HnswGraph;
import dev.sagitta.persistence.BlockFileWriter;
import dev.sagitta.persistence.FileEntry;
import dev.sagitta.persistence.FileKind;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.agrona.collections.IntArrayList;

/**
 * Writes the files of one checkpoint and makes them count. Runs on the background thread while
 * writes, searches and linkers go on.
 *
 * <p>Order: the pending slots are listed before the links are copied, so a slot that is not listed
 * had all its links when copying began. All files are forced before the manifest is written, and
 * files are deleted after it is verified.
 */
final class CheckpointWriter {
  private static final int ROWS_PER_WRITE = 2_048;

  /**
   * The point in the commit order that a checkpoint stores, taken on the write lane.
   *
   * @param published what is visible at that point
   * @param recordsEnd end of the record store at that point
   * @param firstLog the log that holds what comes after
   */
  record Point(CollectionState.Published published, long recordsEnd, long firstLog) {}

  private final CollectionFiles files;
  private final CollectionState state;
  private final HnswGraph graph;
  private final Optional<RecallCalibration> calibration;

  CheckpointWriter(
      CollectionFiles files,
      CollectionState state,
      HnswGraph graph,
      Optional<RecallCalibration> calibration) {
    this.calibration = calibration;
    this.files = files;
    this.state = state;
    this.graph = graph;
  }

  /** Stores everything up to a point; the checkpoint counts when this returns. */
  void write(Point point) throws IOException {
    CheckpointState before = files.checkpoint();
    int slotCount = point.published().slotCount();
    int rowBytes = state.vectors().layout().rowBytes();
    List<FileEntry> vectors =
        extentFiles(
            FileKind.VECTORS,
            state.vectors().extents(),
            (long) before.slotCount() * rowBytes,
            (long) slotCount * rowBytes);
    List<FileEntry> payloads =
        extentFiles(
            FileKind.PAYLOADS, state.records().extents(), before.recordsEnd(), point.recordsEnd());
    IntArrayList pending = unlinked(point.published());
    List<FileEntry> all = new ArrayList<>(vectors);
    all.addAll(payloads);
    all.add(slotFile(point.published(), pending));
    all.add(linkFile(slotCount));
    CheckpointState after =
        new CheckpointState(
            point.published().sequence(),
            point.published().live(),
            point.recordsEnd(),
            slotCount,
            pending.size());
    files.commit(after, all, point.firstLog());
  }

  /**
   * Puts files that the checkpoint has stored in the place of memory, all that it can.
   *
   * @throws IOException the first that it met; what is behind it is sealed all the same
   */
  void seal() throws IOException {
    CheckpointState stored = files.checkpoint();
    long vectorBytes = (long) stored.slotCount() * state.vectors().layout().rowBytes();
    Optional<IOException> ofVectors =
        seal(state.vectors().extents(), files.entries(FileKind.VECTORS), vectorBytes);
    Optional<IOException> ofRecords =
        seal(state.records().extents(), files.entries(FileKind.PAYLOADS), stored.recordsEnd());
    Optional<IOException> problem = ofVectors.or(() -> ofRecords);
    if (problem.isPresent()) {
      throw problem.get();
    }
  }

  /**
   * Files for all extents up to an end: those of the last checkpoint where the extent has not grown
   * since, and what it stored was not damaged when it was read back, new ones else.
   */
  private List<FileEntry> extentFiles(
      FileKind kind, Extents extents, long storedBefore, long storedNow) throws IOException {
    List<FileEntry> known = files.entries(kind);
    List<FileEntry> entries = new ArrayList<>();
    long extentBytes = extents.extentBytes();
    for (int i = 0; i * extentBytes < storedNow; i++) {
      long bytesBefore = Math.clamp(storedBefore - i * extentBytes, 0, extentBytes);
      long bytesNow = Math.min(storedNow - i * extentBytes, extentBytes);
      if (bytesBefore == bytesNow && !extents.isDamaged(i)) {
        entries.add(known.get(i));
      } else {
        try (BlockFileWriter writer = files.create(kind)) {
          writer.write(extents.now()[i].memory(), 0, bytesNow);
          entries.add(writer.finish());
        }
      }
    }
    return entries;
  }

  /** Slots that live at the point and are not linked yet. */
  private IntArrayList unlinked(CollectionState.Published published) {
    IntArrayList unlinked = new IntArrayList();
    for (int slot = 0; slot < published.slotCount(); slot++) {
      if (!graph.contains(slot) && state.slots().visible(slot, published.sequence())) {
        unlinked.addInt(slot);
      }
    }
    return unlinked;
  }

  private FileEntry slotFile(CollectionState.Published published, IntArrayList pending)
      throws IOException {
    try (BlockFileWriter writer = files.create(FileKind.SLOTS);
        Arena arena = Arena.ofShared()) {
      MemorySegment rows = arena.allocate((long) ROWS_PER_WRITE * SlotTable.ROW_BYTES);
      for (int first = 0; first < published.slotCount(); first += ROWS_PER_WRITE) {
        int count = Math.min(ROWS_PER_WRITE, published.slotCount() - first);
        state.slots().copyAsOf(published.sequence(), first, count, rows);
        writer.write(rows, 0, (long) count * SlotTable.ROW_BYTES);
      }
      ByteBuffer number = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      for (int i = 0; i < pending.size(); i++) {
        writer.write(number.clear().putInt(pending.getInt(i)).flip());
      }
      return writer.finish();
    }
  }

  private FileEntry linkFile(int slotCount) throws IOException {
    try (BlockFileWriter writer = files.create(FileKind.LINKS, LinkParts.features(calibration))) {
      graph.writeImage(slotCount, writer::write);
      LinkParts.write(calibration, writer);
      return writer.finish();
    }
  }

  /**
   * Reads back the files of full extents, and puts them in the place of memory.
   *
   * @return why the first could not be, if one could not
   */
  private Optional<IOException> seal(Extents extents, List<FileEntry> entries, long stored) {
    Optional<IOException> problem = Optional.empty();
    long full = stored / extents.extentBytes();
    for (int i = 0; i < full; i++) {
      if (extents.now()[i].file() == null) {
        try {
          extents.seal(i, files, entries.get(i));
        } catch (IOException e) {
          problem = problem.or(() -> Optional.of(e));
        }
      }
    }
    return problem;
  }
}
