package dev.sagitta.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sagitta.ClosedException;
import dev.sagitta.Durability;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** What is asked of the log while its collection closes. */
final class CommitLogCloseTest {
  @Test
  void aClosedLogIsNotOpenedAgainByALateCheckpoint() throws IOException {
    try (CollectionParts parts = CollectionParts.create()) {
      CommitLog log = parts.log(Durability.sync());
      log.append(1, parts.codec.encode(CollectionParts.upsert("a", 1, 1, 0)));
      log.commit();
      log.close();
      String before = parts.disk.digest();
      assertThrows(ClosedException.class, log::roll);
      log.force();
      assertEquals(before, parts.disk.digest());
      assertEquals(1, log.durableSequence());
    }
  }
}
