package dev.sagitta.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.Durability;
import dev.sagitta.Payload;
import dev.sagitta.distance.VectorValue;
import dev.sagitta.persistence.BlockFileWriter;
import dev.sagitta.persistence.CorruptFileException;
import dev.sagitta.persistence.FileEntry;
import dev.sagitta.persistence.FileKind;
import dev.sagitta.persistence.Manifest;
import dev.sagitta.persistence.ManifestStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Files that are whole by their checksums and yet cannot be what a checkpoint wrote: each is told
 * by what was expected and what was found.
 */
final class RecoveryTest {
  private final CollectionParts parts;
  private CommitLog log;

  RecoveryTest() throws IOException {
    parts = CollectionParts.create();
    log = parts.log(Durability.sync());
  }

  /** Seven versions of five records, the last one dead, stored by a checkpoint. */
  @BeforeEach
  void store() {
    parts.loadGraph();
    WriteLane lane = parts.lane(CollectionParts.DIRECT, log);
    for (int i = 0; i < 7; i++) {
      parts.write(lane, CollectionParts.upsert("id-" + i % 5, i)).join();
    }
    parts.write(lane, CollectionParts.delete("id-4")).join();
    parts.checkpoints(log, lane).runAndWait();
  }

  @AfterEach
  void close() {
    parts.close();
  }

  /** Makes another checkpoint count. */
  private void commit(CheckpointState state, List<FileEntry> entries) throws IOException {
    long firstLog = log.roll();
    parts.files.commit(state, entries, firstLog);
  }

  private List<FileEntry> entries(FileKind... kinds) {
    List<FileEntry> entries = new ArrayList<>();
    for (FileKind kind : kinds) {
      entries.addAll(parts.files.entries(kind));
    }
    return entries;
  }

  private List<FileEntry> withSlotFile(ByteBuffer body) throws IOException {
    List<FileEntry> entries = entries(FileKind.VECTORS, FileKind.PAYLOADS, FileKind.LINKS);
    try (BlockFileWriter writer = parts.files.create(FileKind.SLOTS)) {
      writer.write(body);
      entries.add(writer.finish());
    }
    return entries;
  }

  private String refusal() throws IOException {
    log.close();
    CorruptFileException refused =
        assertThrows(CorruptFileException.class, () -> CollectionParts.open(parts.disk));
    String message = String.valueOf(refused.getMessage());
    assertTrue(message.startsWith("Corrupt file /data/parts"), message);
    return message.replaceFirst("Corrupt file /data/parts/[A-Za-z]+-[0-9]+", "");
  }

  private CheckpointState state() throws IOException {
    return parts.files.checkpoint();
  }

  @Test
  void opensWhatACheckpointWrote() throws IOException {
    CheckpointState state = state();
    assertEquals(7, state.slotCount());
    assertEquals(4, state.live());
    assertEquals(8, state.sequence());
    commit(state, entries(FileKind.VECTORS, FileKind.PAYLOADS, FileKind.SLOTS, FileKind.LINKS));
    log.close();
    try (CollectionParts opened = CollectionParts.open(parts.disk)) {
      assertEquals(new CollectionState.Published(8, 7, 4), opened.state.published());
      assertEquals(5, opened.state.find(CollectionParts.bytes("id-0"), 8));
      assertEquals(0, opened.state.find(CollectionParts.bytes("id-0"), 5));
      assertEquals(SlotTable.NONE, opened.state.find(CollectionParts.bytes("id-4"), 8));
      assertEquals(4, opened.state.find(CollectionParts.bytes("id-4"), 7));
    }
  }

  @Test
  void refusesTooFewVectorFiles() throws IOException {
    commit(state(), entries(FileKind.PAYLOADS, FileKind.SLOTS, FileKind.LINKS));
    assertEquals(
        " at offset 0: expected 2 files of kind VECTORS for 448 bytes, found 0 files", refusal());
  }

  @Test
  void refusesTooManyPayloadFiles() throws IOException {
    List<FileEntry> entries = entries(FileKind.VECTORS, FileKind.PAYLOADS, FileKind.SLOTS);
    try (BlockFileWriter writer = parts.files.create(FileKind.PAYLOADS)) {
      writer.write(ByteBuffer.allocate(8));
      entries.add(writer.finish());
    }
    commit(state(), entries);
    assertEquals(
        " at offset 0: expected 1 files of kind PAYLOADS for "
            + state().recordsEnd()
            + " bytes, found 2 files",
        refusal());
  }

  @Test
  void refusesAMissingSlotFile() throws IOException {
    commit(state(), entries(FileKind.VECTORS, FileKind.PAYLOADS, FileKind.LINKS));
    assertEquals(" at offset 0: expected one file of kind SLOTS, found 0 files", refusal());
  }

  @Test
  void refusesASlotFileOfAnotherLength() throws IOException {
    CheckpointState state = state();
    int bytes = 7 * SlotTable.ROW_BYTES + 4 * state.pendingCount();
    commit(state, withSlotFile(ByteBuffer.allocate(bytes + 4)));
    assertEquals(
        ".tab at offset 0: expected a body of %d bytes, found %d bytes".formatted(bytes, bytes + 4),
        refusal());
  }

  /** The slot file as it is, to be spoilt. */
  private ByteBuffer slotBody() throws IOException {
    CheckpointState state = state();
    int bytes = 7 * SlotTable.ROW_BYTES + 4 * state.pendingCount();
    try (var reader = parts.files.read(entries(FileKind.SLOTS).getFirst())) {
      ByteBuffer body = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
      reader.read(body);
      return body.flip();
    }
  }

  private String refusalOfRow(int slot, int field, long value) throws IOException {
    ByteBuffer body = slotBody();
    int at = slot * SlotTable.ROW_BYTES + field;
    if (field == SlotTable.PREVIOUS) {
      body.putInt(at, (int) value);
    } else {
      body.putLong(at, value);
    }
    commit(state(), withSlotFile(body));
    return refusal();
  }

  @Test
  void refusesABirthAfterTheCheckpoint() throws IOException {
    assertEquals(
        ".tab at offset 128: expected a possible row of slot 2, found born 9, dead %d, address 32,"
                .formatted(SlotTable.NEVER)
            + " previous -1",
        refusalOfRow(2, SlotTable.BORN, 9));
  }

  @Test
  void refusesABirthBeforeAllSequences() throws IOException {
    assertTrue(refusalOfRow(2, SlotTable.BORN, 0).contains("found born 0,"));
  }

  @Test
  void refusesADeathBeforeBirth() throws IOException {
    assertTrue(refusalOfRow(2, SlotTable.DEAD, 3).contains("found born 3, dead 3,"));
  }

  @Test
  void refusesADeathAfterTheCheckpoint() throws IOException {
    assertTrue(refusalOfRow(2, SlotTable.DEAD, 9).contains("found born 3, dead 9,"));
  }

  @Test
  void refusesAnAddressBehindTheRecords() throws IOException {
    long end = state().recordsEnd();
    assertTrue(refusalOfRow(6, SlotTable.ADDRESS, end).contains("address " + end));
  }

  @Test
  void refusesANegativeAddress() throws IOException {
    assertTrue(refusalOfRow(6, SlotTable.ADDRESS, -8).contains("address -8"));
  }

  @Test
  void refusesAnAddressBetweenRecords() throws IOException {
    assertTrue(refusalOfRow(6, SlotTable.ADDRESS, 4).contains("address 4,"));
  }

  @Test
  void refusesAnotherNumberOfLiveSlots() throws IOException {
    assertEquals(
        ".tab at offset 64: expected 4 live slots, found 3 live slots",
        refusalOfRow(2, SlotTable.DEAD, 8));
  }

  @Test
  void refusesAPredecessorThatCameLater() throws IOException {
    assertTrue(refusalOfRow(3, SlotTable.PREVIOUS, 3).contains("previous 3"));
  }

  @Test
  void refusesAPredecessorThatIsNone() throws IOException {
    assertTrue(refusalOfRow(3, SlotTable.PREVIOUS, -2).contains("previous -2"));
  }

  @Test
  void refusesAPendingSlotThatIsNone() throws IOException {
    ByteBuffer body = slotBody();
    body.putInt(7 * SlotTable.ROW_BYTES, 7);
    commit(state(), withSlotFile(body));
    assertEquals(".tab at offset 288: expected a pending slot below 7, found slot 7", refusal());
  }

  @Test
  void refusesANegativePendingSlot() throws IOException {
    ByteBuffer body = slotBody();
    body.putInt(7 * SlotTable.ROW_BYTES, -1);
    commit(state(), withSlotFile(body));
    assertEquals(".tab at offset 288: expected a pending slot below 7, found slot -1", refusal());
  }

  @Test
  void buildsLinksAnewThatTheManifestDoesNotList() throws IOException {
    commit(state(), entries(FileKind.VECTORS, FileKind.PAYLOADS, FileKind.SLOTS));
    log.close();
    try (CollectionParts opened = CollectionParts.open(parts.disk)) {
      opened.loadGraph();
      String warning = opened.graph.warning().orElseThrow();
      assertTrue(warning.endsWith("expected one file of kind LINKS, found 0 files"), warning);
      assertEquals(4, opened.state.pending().size());
    }
  }

  @Test
  void refusesLogFramesThatHoldNoOperation() throws IOException {
    log.append(9, ByteBuffer.wrap(new byte[] {9, 0, 0, 0, 0, 0, 0, 0}));
    assertEquals(
        ".wal at offset 128: expected an operation in the frame of sequence 9, found unknown"
            + " operation kind 9",
        refusal());
  }

  private String refusalOf(byte[] id, byte[] payload) throws IOException {
    log.append(
        9,
        parts.codec.encode(
            new Operation.Upsert(id, VectorValue.float32(new float[] {1, 2}), payload)));
    String refusal = refusal();
    String place = ".wal at offset 128: expected an operation in the frame of sequence 9, found ";
    assertTrue(refusal.startsWith(place), refusal);
    return refusal.substring(place.length());
  }

  @Test
  void refusesLogFramesWhosePayloadIsNone() throws IOException {
    assertEquals(
        "payload of 10 bytes is malformed", refusalOf(CollectionParts.bytes("id-1"), new byte[10]));
  }

  @Test
  void refusesLogFramesWhoseIdIsNone() throws IOException {
    assertEquals("2 bytes are not UTF-8", refusalOf(new byte[] {-1, -1}, new byte[0]));
  }

  @Test
  void refusesLogFramesThatFitIntoNoExtent() throws IOException {
    byte[] payload = PayloadCodec.encode(Payload.of("b", new byte[1_100]));
    assertEquals(
        "id and payload need 1128 bytes, an extent has 1024",
        refusalOf(CollectionParts.bytes("id-1"), payload));
  }

  /** A manifest like the newest one, but for what core keeps in it. */
  private void writeManifest(byte[] configuration, byte[] state) throws IOException {
    log.close();
    ManifestStore store = new ManifestStore(parts.disk, CollectionParts.DIRECTORY);
    Manifest manifest = store.load().manifest();
    store.write(
        new Manifest(
            store.nextGeneration(),
            manifest.storeId(),
            manifest.epoch(),
            ByteBuffer.wrap(configuration),
            ByteBuffer.wrap(state),
            manifest.files(),
            manifest.firstLog(),
            manifest.firstSequence(),
            manifest.requiredLog(),
            manifest.durableSequence()));
  }

  @Test
  void refusesAConfigurationThatIsNone() throws IOException {
    writeManifest(new byte[31], state().encode());
    assertTrue(
        refusal().endsWith("expected a configuration, found configuration of 31 bytes, not 32"));
  }

  @Test
  void refusesAConfigurationBeyondItsLimits() throws IOException {
    byte[] config = CollectionParts.CONFIG.encode();
    config[1] = 0x7f;
    writeManifest(config, state().encode());
    assertTrue(
        refusal()
            .endsWith(
                "expected a configuration, found dimension is 32514; allowed are 1 to 16384"));
  }

  @Test
  void refusesACheckpointStateThatIsNone() throws IOException {
    writeManifest(CollectionParts.CONFIG.encode(), new CheckpointState(8, 4, -1, 7, 0).encode());
    assertTrue(
        refusal().contains("expected a checkpoint state, found impossible checkpoint state"));
  }

  @Test
  void refusesACheckpointStateOfAnotherSequence() throws IOException {
    CheckpointState state = state();
    writeManifest(
        CollectionParts.CONFIG.encode(),
        new CheckpointState(7, 4, state.recordsEnd(), 7, state.pendingCount()).encode());
    assertTrue(refusal().endsWith("expected a checkpoint state of sequence 8, found sequence 7"));
  }
}
