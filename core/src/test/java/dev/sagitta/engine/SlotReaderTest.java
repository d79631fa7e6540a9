package dev.sagitta.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.CorruptionException;
import dev.sagitta.Durability;
import dev.sagitta.IdType;
import dev.sagitta.RecordId;
import dev.sagitta.persistence.FileKind;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Bytes that are whole by their checksums and yet no id or no payload. */
final class SlotReaderTest {
  private CollectionParts parts = CollectionParts.create();

  SlotReaderTest() throws IOException {}

  @AfterEach
  void close() {
    parts.close();
  }

  /** A record with the id "a" and ten zeros in the place of its payload. */
  private void store() throws IOException {
    write(true);
    parts = parts.reopened();
  }

  private void write(boolean checkpoint) throws IOException {
    parts.loadGraph();
    CommitLog log = parts.log(Durability.sync());
    WriteLane lane = parts.lane(CollectionParts.DIRECT, log);
    parts.write(lane, CollectionParts.upsert("a", 1, 2, 10)).join();
    if (checkpoint) {
      parts.checkpoints(log, lane).runAndWait();
    }
    log.close();
  }

  private SlotReader reader(IdType type) {
    return new SlotReader(parts.state, type);
  }

  private void assertCorrupt(String found, Executable read) throws IOException {
    CorruptionException error = assertThrows(CorruptionException.class, read);
    assertEquals(parts.newest(FileKind.PAYLOADS), error.file());
    assertEquals(64, error.offset());
    String message = String.valueOf(error.getMessage());
    assertTrue(message.endsWith("expected an id and a payload, found " + found), message);
  }

  @Test
  void namesThePlaceOfADamagedPayload() throws IOException {
    store();
    assertEquals(RecordId.of("a"), reader(IdType.STRING).id(0));
    assertCorrupt("payload of 10 bytes is malformed", () -> reader(IdType.STRING).payload(0));
    assertCorrupt("payload of 10 bytes is malformed", () -> reader(IdType.STRING).record(0));
  }

  @Test
  void namesThePlaceFromWhichADamagedPayloadWasCopiedToMemory() throws IOException {
    store();
    parts.state.records().prepare();
    assertCorrupt("payload of 10 bytes is malformed", () -> reader(IdType.STRING).payload(0));
    assertCorrupt("LONG id of 1 bytes", () -> reader(IdType.LONG).id(0));
  }

  @Test
  void namesThePlaceOfADamagedId() throws IOException {
    store();
    assertCorrupt("LONG id of 1 bytes", () -> reader(IdType.LONG).id(0));
  }

  @Test
  void blamesTheLibraryForWhatIsInMemoryOnly() throws IOException {
    write(false);
    assertThrows(IllegalStateException.class, () -> reader(IdType.STRING).payload(0));
  }
}
