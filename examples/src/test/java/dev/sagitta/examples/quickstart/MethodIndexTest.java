package dev.sagitta.examples.quickstart;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.VectorDatabase;
import dev.sagitta.VectorRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MethodIndexTest {
  @TempDir Path directory;

  private Workspace workspace;
  private MethodIndex index;

  /** Leaves what a build of two methods leaves. */
  @BeforeEach
  void build() throws IOException {
    workspace = new Workspace(directory);
    index = new MethodIndex(workspace);
    BuildRecord.of(2, Duration.ofSeconds(1)).write(workspace.buildRecord());
    Files.writeString(workspace.vocabulary(), "2\n");
    store("one");
    store("two");
  }

  @Test
  void isCurrentIfTheDatabaseHoldsAllMethods() throws IOException {
    assertTrue(index.isCurrent());
  }

  @Test
  void isNotCurrentIfTheDatabaseHoldsAnotherNumber() throws IOException {
    store("three");

    assertFalse(index.isCurrent());
  }

  @Test
  void isNotCurrentWithoutTheDatabase() throws IOException {
    Files.move(workspace.database(), directory.resolve("elsewhere"));

    assertFalse(index.isCurrent());
  }

  @Test
  void isNotCurrentWithoutTheVocabulary() throws IOException {
    Files.delete(workspace.vocabulary());

    assertFalse(index.isCurrent());
  }

  @Test
  void isNotCurrentWithoutTheRecordOfItsBuilding() throws IOException {
    Files.delete(workspace.buildRecord());

    assertFalse(index.isCurrent());
  }

  private void store(String id) {
    float[] vector = new float[Embedder.DIMENSION];
    vector[0] = 1;
    try (VectorDatabase database = VectorDatabase.open(workspace.database())) {
      MethodIndex.open(database).upsert(VectorRecord.of(id, vector));
    }
  }
}
