package dev.sagitta.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.Damage;
import dev.sagitta.Durability;
import dev.sagitta.Payload;
import dev.sagitta.VerifyLevel;
import dev.sagitta.VerifyReport;
import dev.sagitta.distance.VectorValue;
import dev.sagitta.persistence.BlockFileReader;
import dev.sagitta.persistence.BlockFileWriter;
import dev.sagitta.persistence.FileEntry;
import dev.sagitta.persistence.FileKind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Files that are whole by their checksums, that opening takes, and whose content makes no sense:
 * CONTENT finds it and names the place, FILES and CHECKSUMS do not.
 */
final class ContentCheckTest {
  private static final int SLOTS = 7;

  private final CollectionParts parts;
  private final CommitLog log;
  private final WriteLane lane;

  ContentCheckTest() throws IOException {
    parts = CollectionParts.create();
    log = parts.log(Durability.sync());
    lane = parts.lane(CollectionParts.DIRECT, log);
  }

  /** Slots 0 to 4 of five ids, slots 5 and 6 in the place of 0 and 1, and slot 4 deleted. */
  @BeforeEach
  void store() {
    parts.loadGraph();
    Linkers linkers =
        new Linkers(
            parts.graph,
            parts.walk,
            parts.state.pending(),
            1,
            parts.epoch,
            new DirectThreads(),
            e -> {});
    for (int i = 0; i < SLOTS; i++) {
      parts.write(lane, CollectionParts.upsert("id-" + i % 5, i + 1)).join();
    }
    parts.write(lane, CollectionParts.delete("id-4")).join();
    linkers.signal();
    parts.checkpoints(log, lane).runAndWait();
  }

  @AfterEach
  void close() {
    parts.close();
  }

  /** Makes a checkpoint count in which one file of a kind has another body. */
  private Path replace(FileKind kind, UnaryOperator<ByteBuffer> change) throws IOException {
    return replace(parts.files.checkpoint(), kind, change);
  }

  private Path replace(CheckpointState state, FileKind kind, UnaryOperator<ByteBuffer> change)
      throws IOException {
    List<FileEntry> entries = new ArrayList<>();
    Path replaced = Path.of("none");
    for (FileKind each :
        List.of(FileKind.VECTORS, FileKind.PAYLOADS, FileKind.SLOTS, FileKind.LINKS)) {
      boolean first = true;
      for (FileEntry entry : parts.files.entries(each)) {
        if (each == kind && first) {
          ByteBuffer body = change.apply(body(entry));
          try (BlockFileWriter writer = parts.files.create(kind)) {
            writer.write(body.rewind());
            FileEntry written = writer.finish();
            entries.add(written);
            replaced = parts.files.path(written);
          }
        } else {
          entries.add(entry);
        }
        first = false;
      }
    }
    parts.files.commit(state, entries, log.roll());
    return replaced;
  }

  private ByteBuffer body(FileEntry entry) throws IOException {
    try (BlockFileReader reader = parts.files.read(entry)) {
      ByteBuffer body =
          ByteBuffer.allocate((int) reader.bodyBytes()).order(ByteOrder.LITTLE_ENDIAN);
      reader.read(body);
      return body.rewind();
    }
  }

  private static UnaryOperator<ByteBuffer> changed(Consumer<ByteBuffer> change) {
    return body -> {
      change.accept(body);
      return body;
    };
  }

  private VerifyReport verify(VerifyLevel level) throws IOException {
    var findings = new Findings();
    var pins = new Pins("parts");
    PinnedFiles pinned = PinnedFiles.pinUnopened(parts.disk, CollectionParts.DIRECTORY, pins);
    try (Verification verification = Verification.begin(pinned, level, findings)) {
      long done = 0;
      boolean more = true;
      while (more) {
        more = verification.step();
        assertTrue(done <= verification.bytesDone(), "progress");
        done = verification.bytesDone();
      }
      assertEquals(verification.bytesTotal(), done);
    }
    assertEquals(List.of(), pins.toSpare());
    return findings.report(level);
  }

  /** What CONTENT finds, which nothing below it does. */
  private List<Damage> found() throws IOException {
    for (VerifyLevel level : List.of(VerifyLevel.FILES, VerifyLevel.CHECKSUMS)) {
      assertEquals(List.of(), verify(level).damage());
    }
    return verify(VerifyLevel.CONTENT).damage();
  }

  private void assertFinds(Path file, long offset, String problem) throws IOException {
    List<Damage> found = found();
    assertTrue(
        found.stream()
            .anyMatch(
                damage ->
                    damage.file().equals(file)
                        && damage.offset() == offset
                        && damage.problem().contains(problem)),
        () -> "%s at %d: %s, found %s".formatted(file, offset, problem, found));
  }

  private static long row(int slot) {
    return 64 + (long) slot * SlotTable.ROW_BYTES;
  }

  private static int field(int slot, int offset) {
    return slot * SlotTable.ROW_BYTES + offset;
  }

  @Test
  void findsNothingInWhatACheckpointWrote() throws IOException {
    assertEquals(List.of(), found());
    VerifyReport report = verify(VerifyLevel.CONTENT);
    assertEquals(SLOTS, report.records());
    assertEquals(0, report.unreachable());
  }

  @Test
  void findsNothingInWhatOnlyTheLogHolds() throws IOException {
    for (int i = 0; i < 20; i++) {
      byte[] payload = PayloadCodec.encode(Payload.of("number", i, "text", "x".repeat(100)));
      byte[] id = CollectionParts.bytes("id-" + i % 7);
      parts
          .write(lane, new Operation.Upsert(id, VectorValue.float32(new float[] {i, -i}), payload))
          .join();
    }
    assertEquals(List.of(), found());
    assertEquals(SLOTS + 20, verify(VerifyLevel.CONTENT).records());
  }

  @Test
  void findsAnotherIdsHash() throws IOException {
    Path file =
        replace(FileKind.SLOTS, changed(b -> b.putInt(field(2, SlotTable.ID_HASH), 12_345)));
    assertFinds(file, row(2), "slot 2 of id id-2 has hash 12345");
    assertFinds(file, row(2), "slot 2 is the newest of id id-2, the index leads to slot -1");
  }

  @Test
  void findsAVersionOfAnotherId() throws IOException {
    Path file = replace(FileKind.SLOTS, changed(b -> b.putInt(field(5, SlotTable.PREVIOUS), 2)));
    assertFinds(file, row(5), "slot 5 of id id-0 replaced slot 2 of id id-2");
    assertFinds(file, row(2), "slot 2 lives and was replaced");
  }

  @Test
  void findsASlotThatWasReplacedTwice() throws IOException {
    Path file = replace(FileKind.SLOTS, changed(b -> b.putInt(field(6, SlotTable.PREVIOUS), 0)));
    assertFinds(file, row(6), "slot 6 replaced slot 0, as another did");
  }

  @Test
  void findsAnIdWithTwoNewestVersions() throws IOException {
    Path file = replace(FileKind.SLOTS, changed(b -> b.putInt(field(5, SlotTable.PREVIOUS), -1)));
    List<Damage> found = found();
    assertTrue(
        found.stream().anyMatch(d -> d.problem().contains("is the newest of id id-0")),
        found.toString());
    assertEquals(file, found.getFirst().file());
  }

  @Test
  void findsASlotThatOutlivedItsReplacement() throws IOException {
    Path file = replace(FileKind.SLOTS, changed(b -> b.putLong(field(0, SlotTable.DEAD), 7)));
    assertFinds(file, row(5), "slot 5 is born at 6 and replaced slot 0, which dies at 7");
  }

  @Test
  void findsSlotsThatAreNotInOrder() throws IOException {
    Path file = replace(FileKind.SLOTS, changed(b -> b.putLong(field(3, SlotTable.BORN), 2)));
    assertFinds(file, row(3), "slot 3 is born at 2, before the one before it");
  }

  @Test
  void findsTheRecordOfAnotherSlot() throws IOException {
    Path file =
        replace(
            FileKind.SLOTS,
            changed(
                b ->
                    b.putLong(
                        field(2, SlotTable.ADDRESS), b.getLong(field(1, SlotTable.ADDRESS)))));
    assertFinds(file, row(2), "slot 2 has its record at 16, the one before ends at 32");
    assertFinds(file, row(2), "slot 2 of id id-1 has hash");
  }

  @Test
  void findsARecordThatIsNone() throws IOException {
    Path file = replace(FileKind.PAYLOADS, changed(b -> b.putInt(16, 1 << 20)));
    assertFinds(file, 64 + 16, "expected an id and a payload, found a blob of 1048584 bytes");
  }

  @Test
  void findsAPayloadThatIsNone() throws IOException {
    // The first record's id of four bytes becomes three, and a payload of one.
    Path file = replace(FileKind.PAYLOADS, changed(b -> b.putInt(0, 3).putInt(4, 1)));
    assertFinds(file, 64, "slot 0 has no payload: payload of 1 bytes is malformed");
  }

  @Test
  void findsAnIdThatIsNoText() throws IOException {
    Path file = replace(FileKind.PAYLOADS, changed(b -> b.put(8, (byte) 0xFF)));
    assertFinds(file, 64, "slot 0 has no id: ");
  }

  @Test
  void findsImpossibleVectors() throws IOException {
    for (float component : new float[] {Float.NaN, Float.POSITIVE_INFINITY, -1e16f}) {
      Path file = replace(FileKind.VECTORS, changed(b -> b.putFloat(2 * 64 + 4, component)));
      assertFinds(file, 64 + 2 * 64, "slot 2 has an impossible vector: vector has element");
    }
  }

  @Test
  void findsPaddingThatIsNotZero() throws IOException {
    Path file = replace(FileKind.VECTORS, changed(b -> b.put(64 + 8, (byte) 1)));
    assertFinds(file, 64 + 64, "slot 1 has a row that differs at byte 8");
  }

  @Test
  void findsAnOperationThatIsNone() throws IOException {
    log.append(9, ByteBuffer.allocate(24));
    log.force();
    List<Damage> found = found();
    assertEquals(1, found.size(), found.toString());
    assertTrue(
        found.getFirst().problem().contains("an operation in the frame of sequence 9"),
        found.toString());
  }

  // Links --------------------------------------------------------------------------------------

  @Test
  void findsAnEntryPointThatIsNoNode() throws IOException {
    Path file = replace(FileKind.LINKS, changed(b -> b.putInt(16, 99)));
    List<Damage> found = found();
    assertEquals(1, found.size(), found.toString());
    assertEquals(file, found.getFirst().file());
    assertTrue(
        found.getFirst().problem().startsWith("entryPoint 99 is not a node"), found.toString());
  }

  @Test
  void findsADegreeBeyondTheLimit() throws IOException {
    Path file = replace(FileKind.LINKS, changed(b -> b.putShort(24 + 4 + 1, (short) 33)));
    assertFinds(file, 64 + 24 + 4 + 3, "node 0: 33 links on layer 0");
  }

  @Test
  void findsALevelThatIsAnother() throws IOException {
    Path file = replace(FileKind.LINKS, changed(b -> b.put(24 + 4, (byte) (b.get(24 + 4) + 1))));
    assertFinds(file, 64 + 24 + 5, "node 0: level");
  }

  @Test
  void findsALinkToTheNodeItself() throws IOException {
    Path file = replace(FileKind.LINKS, changed(b -> b.putInt(24 + 4 + 3, 0)));
    List<Damage> found = found();
    assertEquals(1, found.size(), found.toString());
    assertEquals(file, found.getFirst().file());
    assertTrue(found.getFirst().problem().startsWith("node 0: link 0 to itself"), found.toString());
  }

  @Test
  void findsBytesBehindTheLinks() throws IOException {
    Path file =
        replace(
            FileKind.LINKS,
            body -> ByteBuffer.allocate(body.capacity() + 8).put(0, body, 0, body.capacity()));
    List<Damage> found = found();
    assertEquals(1, found.size(), found.toString());
    assertEquals(file, found.getFirst().file());
    assertEquals(
        "expected a part behind the links, of another kind than 0, found kind 0",
        found.getFirst().problem());
  }

  @Test
  void findsLiveSlotsThatAreNeitherPendingNorLinked() throws IOException {
    Path file =
        replace(
            FileKind.LINKS,
            body -> {
              ByteBuffer none = ByteBuffer.allocate(24 + 4 + SLOTS).order(ByteOrder.LITTLE_ENDIAN);
              none.put(0, body, 0, 12).putInt(16, -1).putInt(24, SLOTS);
              return none;
            });
    List<Damage> found = found();
    assertEquals(4, found.size(), found.toString());
    for (Damage damage : found) {
      assertEquals(file, damage.file());
      assertTrue(
          damage.problem().endsWith(" lives and is neither pending nor linked"), damage.toString());
    }
  }

  /** Links are hints: that none leads to a record is no damage, but is told. */
  @Test
  void countsLiveSlotsThatCannotBeReached() throws IOException {
    Path unused = replace(FileKind.LINKS, ContentCheckTest::withoutLinks);
    assertEquals(List.of(), found());
    long unreachable = verify(VerifyLevel.CONTENT).unreachable();
    // All four but perhaps the entry point.
    assertTrue(unreachable == 3 || unreachable == 4, unreachable + " are unreachable");
  }

  private static ByteBuffer withoutLinks(ByteBuffer body) {
    ByteBuffer bare = ByteBuffer.allocate(body.capacity()).order(ByteOrder.LITTLE_ENDIAN);
    body.position(24 + 4);
    bare.put(0, body, 0, 24).position(24 + 4);
    for (int slot = 0; slot < SLOTS; slot++) {
      int state = body.get();
      bare.put((byte) state);
      for (int layer = 0; layer < state; layer++) {
        int links = body.getShort();
        body.position(body.position() + 4 * links);
        bare.putShort((short) 0);
      }
    }
    bare.putInt(24, bare.position() - 28);
    ByteBuffer whole = ByteBuffer.allocate(bare.position());
    return whole.put(0, bare, 0, whole.capacity());
  }
}
