package dev.sagitta.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.Durability;
import dev.sagitta.IdType;
import dev.sagitta.RecordId;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

final class RecordStoreTest {
  private static final int EXTENT_BYTES = 1 << 10;

  /** A store in memory. */
  private static final class InMemory implements AutoCloseable {
    private final Reclaimer reclaimer = new Reclaimer(new Epoch("test"));
    private final Extents extents = new Extents(EXTENT_BYTES, Runnable::run, reclaimer);
    private final RecordStore records = new RecordStore(extents, 0);

    @Override
    public void close() {
      extents.close();
    }
  }

  private static byte[] filled(int length, int value) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (value + i);
    }
    return bytes;
  }

  @Property(tries = 200)
  void readsBackEveryIdAndPayload(
      @ForAll @Size(max = 40) List<@IntRange(min = 0, max = 1_016) Integer> lengths) {
    try (InMemory store = new InMemory()) {
      RecordStore records = store.records;
      List<Long> addresses = new ArrayList<>();
      for (int i = 0; i < lengths.size(); i++) {
        int idBytes = lengths.get(i) / 3;
        long before = records.end();
        long address = records.append(filled(idBytes, i), filled(lengths.get(i) - idBytes, -i));
        long blob = RecordStore.blobBytes(idBytes, lengths.get(i) - idBytes);
        assertEquals(0, address % 8);
        assertTrue(address >= before);
        assertEquals(address / EXTENT_BYTES, (address + blob - 1) / EXTENT_BYTES, "in one extent");
        assertEquals(address + blob, records.end());
        addresses.add(address);
      }
      for (int i = 0; i < lengths.size(); i++) {
        int idBytes = lengths.get(i) / 3;
        assertArrayEquals(filled(idBytes, i), records.id(addresses.get(i)));
        assertArrayEquals(filled(lengths.get(i) - idBytes, -i), records.payload(addresses.get(i)));
        assertTrue(records.hasId(addresses.get(i), filled(idBytes, i)));
        assertFalse(records.hasId(addresses.get(i), filled(idBytes + 1, i)), "longer");
        if (idBytes > 0) {
          assertFalse(records.hasId(addresses.get(i), filled(idBytes - 1, i)), "shorter");
          assertFalse(records.hasId(addresses.get(i), filled(idBytes, i + 1)), "other bytes");
        }
      }
    }
  }

  @Property(tries = 300)
  void comparesIdsAsTheyAreOrdered(@ForAll IdType type, @ForAll long seed) {
    Random random = new Random(seed);
    List<RecordId> ids = Stream.generate(() -> anyId(type, random)).limit(8).toList();
    IdCodec codec = new IdCodec(type);
    try (InMemory store = new InMemory()) {
      List<Long> addresses = new ArrayList<>();
      for (RecordId id : ids) {
        addresses.add(store.records.append(codec.encode(id), new byte[random.nextInt(9)]));
      }
      for (int i = 0; i < ids.size(); i++) {
        for (int j = 0; j < ids.size(); j++) {
          int compared =
              store.records.compareIds(addresses.get(i), addresses.get(j), type == IdType.LONG);
          assertEquals(
              Integer.signum(ids.get(i).compareTo(ids.get(j))),
              Integer.signum(compared),
              ids.get(i) + " and " + ids.get(j));
        }
      }
    }
  }

  /** Ids that are often alike in their first bytes, or the same. */
  private static RecordId anyId(IdType type, Random random) {
    long bits = random.nextLong() >> random.nextInt(64);
    return switch (type) {
      case LONG -> RecordId.of(bits);
      case UUID -> RecordId.of(new UUID(bits, random.nextLong() >> random.nextInt(64)));
      case STRING ->
          RecordId.of(random.nextBoolean() ? "é" + bits : "é".repeat(1 + random.nextInt(3)));
    };
  }

  @Test
  void roundsBlobsUpToEightBytes() {
    assertEquals(8, RecordStore.blobBytes(0, 0));
    assertEquals(16, RecordStore.blobBytes(1, 0));
    assertEquals(16, RecordStore.blobBytes(3, 5));
    assertEquals(24, RecordStore.blobBytes(4, 5));
  }

  @Test
  void skipsTheRestOfAnExtentThatIsTooSmall() {
    try (InMemory store = new InMemory()) {
      assertEquals(0, store.records.append(new byte[8], new byte[500]));
      assertEquals(EXTENT_BYTES, store.records.append(new byte[8], new byte[500]));
      assertEquals(EXTENT_BYTES + 520, store.records.append(new byte[8], new byte[488]));
      // Exactly full: the next begins the next extent.
      assertEquals(2L * EXTENT_BYTES, store.records.end());
      assertEquals(2L * EXTENT_BYTES, store.records.append(new byte[8], new byte[0]));
    }
  }

  @Test
  void refusesLengthsThatLeadOutOfTheExtent() {
    try (InMemory store = new InMemory()) {
      long address = store.records.append(new byte[8], new byte[8]);
      MemorySegment memory = store.extents.now()[0].memory();
      for (int[] lengths : new int[][] {{8, 1_009}, {1_009, 8}, {-1, 8}, {8, -1}}) {
        memory.set(ValueLayout.JAVA_INT, address, lengths[0]);
        memory.set(ValueLayout.JAVA_INT, address + 4, lengths[1]);
        long bytes = 8 + Integer.toUnsignedLong(lengths[0]) + Integer.toUnsignedLong(lengths[1]);
        RecordStore records = store.records;
        String cause = "a blob of %d bytes, 1024 are left".formatted(bytes);
        assertMalformed(cause, () -> records.id(address));
        assertMalformed(cause, () -> records.payload(address));
        assertMalformed(cause, () -> records.hasId(address, new byte[8]));
      }
    }
  }

  /** Memory cannot rot, so this is no corruption but an error of the library. */
  private static void assertMalformed(String cause, Executable read) {
    IllegalStateException error = assertThrows(IllegalStateException.class, read);
    assertEquals("malformed record in memory", error.getMessage());
    assertEquals("java.lang.IllegalArgumentException: " + cause, "" + error.getCause());
  }

  @Test
  void refusesAddressesThatAreNone() {
    try (InMemory store = new InMemory()) {
      store.records.append(new byte[8], new byte[0]);
      assertEquals(
          "address 1024 lies beyond the 1 extents",
          assertThrows(IllegalStateException.class, () -> store.records.id(EXTENT_BYTES))
              .getMessage());
      assertThrows(IllegalStateException.class, () -> store.records.id(-8));
      // A header that would cross the end.
      assertThrows(IllegalStateException.class, () -> store.records.id(EXTENT_BYTES - 4));
    }
  }

  /** The rest of a part full extent, skipped after reopening, must be there for the checkpoint. */
  @Test
  void skipsTheRestOfAnExtentThatACheckpointHasStored() throws IOException {
    CollectionParts parts = store(CollectionParts.create(), "a", 600, true);
    assertKept(store(store(parts, "b", 600, true), "c", 100, true));
  }

  @Test
  void skipsTheRestOfAStoredExtentWhileTheLogIsReplayedToo() throws IOException {
    CollectionParts parts = store(CollectionParts.create(), "a", 600, true);
    assertKept(store(store(parts, "b", 600, false), "c", 100, true));
  }

  private static void assertKept(CollectionParts parts) {
    try (parts) {
      assertEquals(3, parts.state.published().live());
      for (String id : List.of("a", "b", "c")) {
        int slot = parts.state.find(CollectionParts.bytes(id), 3);
        long address = parts.state.slots().address(slot);
        assertArrayEquals(CollectionParts.bytes(id), parts.state.records().id(address));
        assertEquals(id.equals("a") ? 0 : 1, address / CollectionParts.PAYLOAD_EXTENT_BYTES);
      }
    }
  }

  /** Writes a record, with a checkpoint after it or without one, and opens again. */
  private static CollectionParts store(
      CollectionParts parts, String id, int payloadBytes, boolean checkpoint) throws IOException {
    parts.loadGraph();
    CommitLog log = parts.log(Durability.sync());
    WriteLane lane = parts.lane(CollectionParts.DIRECT, log);
    parts.write(lane, CollectionParts.upsert(id, 1, 2, payloadBytes)).join();
    if (checkpoint) {
      parts.checkpoints(log, lane).runAndWait();
    }
    log.close();
    return parts.reopened();
  }
}
