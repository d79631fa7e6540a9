package dev.sagitta.engine;

import dev.sagitta.InvalidInputException;
import dev.sagitta.Limits;
import dev.sagitta.RecordId;
import dev.sagitta.VectorRecord;
import dev.sagitta.distance.VectorValue;
import dev.sagitta.persistence.CorruptFileException;
import dev.sagitta.persistence.FileEntry;
import dev.sagitta.persistence.FileKind;
import dev.sagitta.persistence.FileOperations;
import dev.sagitta.persistence.Manifest;
import dev.sagitta.persistence.MappedBlockFile;
import java.io.Closeable;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The records that lived at one checkpoint, as far as its files are intact. Not thread-safe. The
 * strict counterpart is {@link Recovery}. Slots are to be asked for in ascending order: everything
 * is read front to back, and nothing is kept.
 */
final class SalvagedCheckpoint implements Closeable {

  /** What is known of a slot. */
  sealed interface Slot {}

  /** Its row cannot be read. */
  record Unknown() implements Slot {}

  /** It was replaced or deleted before the checkpoint. */
  record Dead() implements Slot {}

  /** A record that lived at the checkpoint, and the length of its encoded payload. */
  record Live(VectorRecord record, int payloadBytes) implements Slot {}

  /** A record that lived at the checkpoint and is not intact; its id perhaps is. */
  record Lost(int idHash, Optional<RecordId> id) implements Slot {}

  private static final Slot UNKNOWN = new Unknown();
  private static final Slot DEAD = new Dead();

  private final Manifest manifest;
  private final Path manifestPath;
  private final StoredConfig config;
  private final CheckpointState state;
  private final SalvageNotes notes;
  private final IdCodec ids;
  private final IdHash hash;
  private final SalvagedFiles slots;
  private final SalvagedFiles vectors;
  private final SalvagedFiles records;
  private final Path slotPath;
  private final ByteBuffer row = buffer(SlotTable.ROW_BYTES);
  private final ByteBuffer blobHeader = buffer(RecordStore.HEADER_BYTES);
  private final Arena arena;
  private final ByteBuffer vectorRow;
  private final MemorySegment vectorSegment;

  /**
   * A view of what a manifest lists.
   *
   * @throws CorruptFileException if its configuration or state is none that can have been written
   */
  SalvagedCheckpoint(FileOperations files, Path directory, Manifest manifest, SalvageNotes notes)
      throws CorruptFileException {
    this.manifest = manifest;
    this.notes = notes;
    manifestPath = directory.resolve(FileKind.MANIFEST.fileName(manifest.generation()));
    try {
      config = StoredConfig.decode(CollectionFiles.bytes(manifest.configuration()));
      state = CheckpointState.decode(CollectionFiles.bytes(manifest.state()));
    } catch (RuntimeException e) {
      var corrupt =
          new CorruptFileException(
              manifestPath, 0, "a configuration and a state", String.valueOf(e.getMessage()));
      corrupt.initCause(e);
      throw corrupt;
    }
    if (state.sequence() != manifest.checkpointSequence()) {
      throw new CorruptFileException(
          manifestPath,
          0,
          "a checkpoint state of sequence " + manifest.checkpointSequence(),
          "sequence " + state.sequence());
    }
    ids = new IdCodec(config.config().ids());
    hash = new IdHash(manifest.storeId());
    long slotBytes =
        (long) state.slotCount() * SlotTable.ROW_BYTES
            + (long) state.pendingCount() * Integer.BYTES;
    // Lest all slots are looked for that a number can count.
    long listedBytes = entries(FileKind.SLOTS).stream().mapToLong(FileEntry::bytes).sum();
    if (slotBytes > listedBytes) {
      throw new CorruptFileException(
          manifestPath, 0, "a slot table of " + slotBytes + " bytes", listedBytes + " bytes");
    }
    slots = open(files, directory, FileKind.SLOTS, Math.max(1, slotBytes), slotBytes);
    int rowBytes = config.layout().rowBytes();
    vectors =
        open(
            files,
            directory,
            FileKind.VECTORS,
            config.vectorExtentBytes(),
            (long) state.slotCount() * rowBytes);
    records =
        open(files, directory, FileKind.PAYLOADS, config.payloadExtentBytes(), state.recordsEnd());
    slotPath =
        entries(FileKind.SLOTS).stream()
            .findFirst()
            .map(entry -> directory.resolve(entry.name()))
            .orElse(manifestPath);
    // Off-heap, because rows are read as aligned floats.
    arena = Arena.ofShared();
    vectorSegment = arena.allocate(rowBytes, Float.BYTES);
    vectorRow = vectorSegment.asByteBuffer();
  }

  private SalvagedFiles open(
      FileOperations files, Path directory, FileKind kind, long fileBytes, long storedBytes) {
    return new SalvagedFiles(
        files, directory, manifest.storeId(), entries(kind), fileBytes, storedBytes, notes);
  }

  private List<FileEntry> entries(FileKind kind) {
    return manifest.files().stream().filter(entry -> entry.kind() == kind).toList();
  }

  private static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  Manifest manifest() {
    return manifest;
  }

  StoredConfig config() {
    return config;
  }

  /**
   * Checks that its configuration is that of another checkpoint.
   *
   * @throws CorruptFileException if it is not
   */
  void requireConfig(StoredConfig other) throws CorruptFileException {
    if (!config.equals(other)) {
      throw new CorruptFileException(manifestPath, 0, other.toString(), config.toString());
    }
  }

  /** Sequence of the newest operation that it holds. */
  long sequence() {
    return state.sequence();
  }

  /** Records that live at it. */
  long live() {
    return state.live();
  }

  int slotCount() {
    return state.slotCount();
  }

  /**
   * Looks at every byte that counts; whether all is as it was written.
   *
   * @param stopIfAsked throws if the salvage is to end
   */
  boolean isWhole(Runnable stopIfAsked) {
    // Not stopped by the first damage: all of it goes into the report.
    boolean whole = state.slotCount() == 0 || slots.areAllIntact(stopIfAsked);
    whole &= vectors.areAllIntact(stopIfAsked);
    whole &= records.areAllIntact(stopIfAsked);
    long live = 0;
    for (int slot = 0; slot < state.slotCount(); slot++) {
      stopIfAsked.run();
      if (!readRow(slot)) {
        whole = false;
      } else if (row.getLong(SlotTable.DEAD) == SlotTable.NEVER) {
        live++;
      }
    }
    return whole && live == state.live();
  }

  /** What is known of a slot. */
  Slot slot(int slot) {
    if (!readRow(slot)) {
      return UNKNOWN;
    }
    if (row.getLong(SlotTable.DEAD) != SlotTable.NEVER) {
      return DEAD;
    }
    int idHash = row.getInt(SlotTable.ID_HASH);
    Optional<byte[]> idBytes =
        id(row.getLong(SlotTable.ADDRESS)).filter(id -> hash.of(id) == idHash);
    if (idBytes.isEmpty()) {
      return new Lost(idHash, Optional.empty());
    }
    RecordId id;
    try {
      id = ids.decode(idBytes.get());
    } catch (IllegalArgumentException | InvalidInputException e) {
      return new Lost(idHash, Optional.empty());
    }
    Optional<byte[]> payload = payload(row.getLong(SlotTable.ADDRESS), idBytes.get().length);
    if (payload.isEmpty() || !vectors.read(slot * (long) vectorRow.capacity(), vectorRow.clear())) {
      return new Lost(idHash, Optional.of(id));
    }
    return live(id, idHash, payload.get());
  }

  private Slot live(RecordId id, int idHash, byte[] payload) {
    VectorValue vector = config.layout().read(vectorSegment, 0);
    try {
      VectorChecks.check("vector of id " + id, vector, config.config());
      return new Live(new VectorRecord(id, vector, PayloadCodec.decode(payload)), payload.length);
    } catch (IllegalArgumentException | InvalidInputException e) {
      return new Lost(idHash, Optional.of(id));
    }
  }

  /** Reads a slot's row; whether it is intact and possible. */
  private boolean readRow(int slot) {
    long at = (long) slot * SlotTable.ROW_BYTES;
    if (!slots.read(at, row.clear())) {
      return false;
    }
    if (!state.allows(row, 0, slot)) {
      notes.damaged(
          new CorruptFileException(
              slotPath,
              MappedBlockFile.BODY_OFFSET + at,
              "a possible row of slot " + slot,
              "another"));
      return false;
    }
    return true;
  }

  private Optional<byte[]> id(long address) {
    if (!records.read(address, blobHeader.clear())) {
      return Optional.empty();
    }
    return bytes(address + RecordStore.HEADER_BYTES, blobHeader.getInt(0), Limits.ID_BYTES_MAX);
  }

  /** Of the blob whose id was read last. */
  private Optional<byte[]> payload(long address, int idBytes) {
    return bytes(
        address + RecordStore.HEADER_BYTES + idBytes,
        blobHeader.getInt(Integer.BYTES),
        Limits.PAYLOAD_BYTES_MAX);
  }

  private Optional<byte[]> bytes(long address, int count, int countMax) {
    if (count < 0 || count > countMax) {
      return Optional.empty();
    }
    byte[] bytes = new byte[count];
    return count == 0 || records.read(address, ByteBuffer.wrap(bytes))
        ? Optional.of(bytes)
        : Optional.empty();
  }

  @Override
  public void close() {
    slots.close();
    vectors.close();
    records.close();
    arena.close();
  }
}
