package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.persistence.FileEntry;
import dev.sagitta.persistence.FileKind;
import dev.sagitta.persistence.ManifestStore;
import dev.sagitta.persistence.SimulatedFiles;
import dev.sagitta.persistence.Surgery;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * A bit flipped in each block of files of several blocks: the error names the start of that very
 * block, and records that do not reach into it are read.
 *
 * <p>Prints its seed; {@code -Dsagitta.seed=N} takes it again.
 */
final class RotBlockTest {
  private static final int BLOCK_BYTES = 1 << 16;
  private static final int HEADER_BYTES = 64;
  private static final String NAME = "a";

  private final long seed = Long.getLong("sagitta.seed", System.nanoTime());
  private int extents;
  private int behindTheFirst;
  private int slots;

  @Test
  void theErrorNamesTheBlock() throws IOException {
    System.out.println("RotBlockTest: -Dsagitta.seed=" + seed);
    var random = new SplittableRandom(seed);
    SalvageStore store = SalvageStore.ofManyBlocks();
    SalvageStore.Copies copies = store.killed();
    Path directory = SalvageStore.SOURCE.resolve(NAME);
    List<FileEntry> listed = new ManifestStore(copies.next(), directory).load().manifest().files();
    for (FileEntry entry : listed) {
      if (entry.kind() == FileKind.LINKS || entry.bytes() < BLOCK_BYTES) {
        continue;
      }
      Path file = directory.resolve(entry.name());
      int end = HEADER_BYTES + Surgery.body(copies.first().bytes(file)).length;
      for (int block = 0; block * BLOCK_BYTES < end; block++) {
        int from = Math.max(HEADER_BYTES, block * BLOCK_BYTES);
        int at = random.nextInt(from, Math.min(end, (block + 1) * BLOCK_BYTES));
        SimulatedFiles files = copies.next();
        files.flipBit(file, 8L * at + random.nextInt(8));
        check(store, files, file, block * BLOCK_BYTES);
      }
    }
    assertTrue(extents > 0 && behindTheFirst > 0 && slots > 0, this::counts);
    System.out.println("RotBlockTest: seed " + seed + ": " + counts());
  }

  private String counts() {
    return "%,d blocks refused at opening; %,d by reads of their records, %,d not the first"
        .formatted(slots, extents, behindTheFirst);
  }

  private void check(SalvageStore store, SimulatedFiles files, Path file, int block) {
    Map<RecordId, VectorRecord> expected = store.history(NAME).last();
    List<SagittaException> errors = new ArrayList<>();
    int read = 0;
    try (VectorDatabase database = store.open(files)) {
      VectorCollection collection = database.collection(NAME);
      for (VectorRecord record : expected.values()) {
        try {
          VectorRecord found = collection.get(record.id()).orElseThrow();
          assertTrue(ModelRecords.same(record, found), () -> found + " instead of " + record);
          read++;
        } catch (CorruptionException e) {
          errors.add(e);
        }
      }
      assertTrue(read > 0, () -> "nothing can be read after damage in " + file + " at " + block);
      extents += errors.isEmpty() ? 0 : 1;
      behindTheFirst += errors.isEmpty() || block == 0 ? 0 : 1;
    } catch (CorruptionException e) {
      errors.add(e);
      slots++;
    }
    for (SagittaException error : errors) {
      var corrupt = (CorruptionException) error;
      assertEquals(file, corrupt.file());
      assertEquals(block, corrupt.offset(), corrupt.getMessage());
    }
  }
}
