package dev.sagitta.engine;

import dev.sagitta.InvalidInputException;
import dev.sagitta.distance.VectorValue;
import dev.sagitta.hnsw.OrdinalSet;
import dev.sagitta.persistence.BlockFileReader;
import dev.sagitta.persistence.CorruptFileException;
import dev.sagitta.persistence.FileEntry;
import dev.sagitta.persistence.FileKind;
import dev.sagitta.persistence.FormatVersionException;
import dev.sagitta.persistence.MalformedPayloadException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Executor;
import org.agrona.collections.IntHashSet;

/**
 * Opens a collection's state: maps the files of the checkpoint, reads its slot table, builds the id
 * index, and replays the log. Reads no vectors, payloads or links, but those few ids that replayed
 * operations must be compared with.
 */
final class Recovery {
  private static final int ROWS_PER_READ = 2_048;

  private final CollectionFiles files;
  private final StoredConfig config;
  private final CheckpointState checkpoint;
  private final Extents vectorExtents;
  private final Extents recordExtents;
  private final SlotTable slots;
  private final RecordStore records;
  private final VectorStore vectors;
  private final IdIndex ids;
  private final IdCodec idCodec;
  private final IntHashSet pendingAtCheckpoint = new IntHashSet();

  /**
   * Prepares to open.
   *
   * @param arena memory of the slot table
   */
  Recovery(
      CollectionFiles files,
      StoredConfig config,
      Arena arena,
      Reclaimer reclaimer,
      Executor readers)
      throws IOException {
    this.files = files;
    this.config = config;
    this.checkpoint = files.checkpoint();
    vectorExtents = new Extents(config.vectorExtentBytes(), readers, reclaimer);
    recordExtents = new Extents(config.payloadExtentBytes(), readers, reclaimer);
    slots = new SlotTable(arena);
    records = new RecordStore(recordExtents, checkpoint.recordsEnd());
    vectors = new VectorStore(config.layout(), config.rowsPerExtentShift(), vectorExtents);
    ids = new IdIndex(slots, records, new IdHash(files.storeId()), reclaimer);
    idCodec = new IdCodec(config.config().ids());
  }

  /** The state after the last operation of the log; what is pending is listed. */
  CollectionState recover() throws IOException {
    requireKnownLinks();
    long rowBytes = vectors.layout().rowBytes();
    mapExtents(FileKind.VECTORS, vectorExtents, checkpoint.slotCount() * rowBytes);
    mapExtents(FileKind.PAYLOADS, recordExtents, checkpoint.recordsEnd());
    try (Arena arena = Arena.ofShared()) {
      OrdinalSet replaced = new OrdinalSet(arena, checkpoint.slotCount());
      readSlots(replaced);
      indexIds(replaced);
    }
    CollectionState state =
        new CollectionState(slots, ids, vectors, records, checkpoint.sequence(), checkpoint.live());
    replay(state);
    state.recovered(pendingAtCheckpoint);
    return state;
  }

  /** Slots that were pending at the checkpoint. */
  IntHashSet pendingAtCheckpoint() {
    return pendingAtCheckpoint;
  }

  /** Slots of the checkpoint. */
  int slotCount() {
    return checkpoint.slotCount();
  }

  /** Frees what was opened, after a failure. */
  void close() {
    vectorExtents.close();
    recordExtents.close();
    ids.close();
  }

  /**
   * Links are read after opening and built anew if they are damaged, but not if a newer library
   * wrote them: the next checkpoint would leave its work behind, so opening is refused.
   */
  private void requireKnownLinks() throws FormatVersionException {
    for (FileEntry entry : files.entries(FileKind.LINKS)) {
      try {
        files.requireKnownFormat(entry);
      } catch (FormatVersionException e) {
        throw e;
      } catch (IOException unreadable) {
        // No obstacle to opening. Whoever reads the links meets it again, and tells.
      }
    }
  }

  private void mapExtents(FileKind kind, Extents extents, long stored) throws IOException {
    List<FileEntry> entries = files.entries(kind);
    long needed = Math.ceilDiv(stored, extents.extentBytes());
    if (entries.size() != needed) {
      throw new CorruptFileException(
          files.manifestPath(),
          0,
          needed + " files of kind " + kind + " for " + stored + " bytes",
          entries.size() + " files");
    }
    for (int i = 0; i < entries.size(); i++) {
      long bytes = Math.min(stored - i * extents.extentBytes(), extents.extentBytes());
      extents.addSealed(files, entries.get(i), bytes);
    }
  }

  /**
   * Reads the slot table and what is pending.
   *
   * @param replaced gets the slots that another one replaced
   */
  private void readSlots(OrdinalSet replaced) throws IOException {
    List<FileEntry> entries = files.entries(FileKind.SLOTS);
    if (entries.isEmpty() && checkpoint.slotCount() == 0) {
      return;
    }
    if (entries.size() != 1) {
      throw new CorruptFileException(
          files.manifestPath(), 0, "one file of kind SLOTS", entries.size() + " files");
    }
    Path file = files.path(entries.getFirst());
    try (BlockFileReader reader = files.read(entries.getFirst())) {
      long expected =
          (long) checkpoint.slotCount() * SlotTable.ROW_BYTES
              + (long) checkpoint.pendingCount() * Integer.BYTES;
      if (reader.bodyBytes() != expected) {
        throw new CorruptFileException(
            file, 0, "a body of " + expected + " bytes", reader.bodyBytes() + " bytes");
      }
      readRows(reader, file, replaced);
      readPending(reader, file);
    }
  }

  private void readRows(BlockFileReader reader, Path file, OrdinalSet replaced) throws IOException {
    ByteBuffer rows =
        ByteBuffer.allocate(ROWS_PER_READ * SlotTable.ROW_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    MemorySegment segment = MemorySegment.ofBuffer(rows);
    long begin = reader.fileOffset();
    long live = 0;
    for (int first = 0; first < checkpoint.slotCount(); first += ROWS_PER_READ) {
      int count = Math.min(ROWS_PER_READ, checkpoint.slotCount() - first);
      long offset = reader.fileOffset();
      reader.read(rows.clear().limit(count * SlotTable.ROW_BYTES));
      for (int i = 0; i < count; i++) {
        int row = i * SlotTable.ROW_BYTES;
        if (!checkpoint.allows(rows, row, first + i)) {
          throw impossible(rows, row, first + i, file, offset + row);
        }
        live += rows.getLong(row + SlotTable.DEAD) == SlotTable.NEVER ? 1 : 0;
        int previous = rows.getInt(row + SlotTable.PREVIOUS);
        if (previous != SlotTable.NONE) {
          replaced.add(previous);
        }
      }
      slots.appendStored(segment, count);
    }
    if (live != checkpoint.live()) {
      throw new CorruptFileException(
          file, begin, checkpoint.live() + " live slots", live + " live slots");
    }
  }

  private static CorruptFileException impossible(
      ByteBuffer rows, int row, int slot, Path file, long offset) {
    return new CorruptFileException(
        file,
        offset,
        "a possible row of slot " + slot,
        "born %d, dead %d, address %d, previous %d"
            .formatted(
                rows.getLong(row + SlotTable.BORN),
                rows.getLong(row + SlotTable.DEAD),
                rows.getLong(row + SlotTable.ADDRESS),
                rows.getInt(row + SlotTable.PREVIOUS)));
  }

  private void readPending(BlockFileReader reader, Path file) throws IOException {
    ByteBuffer number = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < checkpoint.pendingCount(); i++) {
      long offset = reader.fileOffset();
      reader.read(number.clear());
      int slot = number.getInt(0);
      if (slot < 0 || slot >= checkpoint.slotCount()) {
        throw new CorruptFileException(
            file, offset, "a pending slot below " + checkpoint.slotCount(), "slot " + slot);
      }
      pendingAtCheckpoint.add(slot);
    }
  }

  /** Every slot that no other slot replaced is the newest of its id, and ids are all different. */
  private void indexIds(OrdinalSet replaced) {
    int count = checkpoint.slotCount();
    ids.reserve(count - replaced.size());
    for (int slot = 0; slot < count; slot++) {
      if (!replaced.contains(slot)) {
        ids.add(slots.idHash(slot), slot);
      }
    }
  }

  private void replay(CollectionState state) throws IOException {
    OperationCodec codec = new OperationCodec(config.config());
    VectorValue vector = codec.newVector();
    vectorExtents.openAhead(true);
    recordExtents.openAhead(true);
    try {
      files.replay(
          (sequence, payload) -> {
            Operation operation = decode(codec, payload, vector);
            try {
              state.requireRoom(operation);
            } catch (InvalidInputException e) {
              throw new MalformedPayloadException(String.valueOf(e.getMessage()), e);
            }
            state.apply(sequence, operation);
          });
    } finally {
      vectorExtents.openAhead(false);
      recordExtents.openAhead(false);
    }
  }

  private Operation decode(OperationCodec codec, ByteBuffer payload, VectorValue vector)
      throws MalformedPayloadException {
    try {
      Operation operation = codec.decode(payload, vector);
      checkContent(operation);
      return operation;
    } catch (IllegalArgumentException e) {
      throw new MalformedPayloadException(String.valueOf(e.getMessage()), e);
    }
  }

  /**
   * Refuses ids and payloads that are none, which once in memory no reader could blame on a file.
   */
  private void checkContent(Operation operation) {
    switch (operation) {
      case Operation.Upsert upsert -> {
        var _ = idCodec.decode(upsert.id());
        var _ = PayloadCodec.decode(upsert.payload());
      }
      case Operation.Delete delete -> {
        var _ = idCodec.decode(delete.id());
      }
      case Operation.Batch batch -> batch.changes().forEach(this::checkContent);
    }
  }
}
