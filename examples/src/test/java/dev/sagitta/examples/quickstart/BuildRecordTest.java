package dev.sagitta.examples.quickstart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BuildRecordTest {
  private final BuildRecord record = BuildRecord.of(153_090, Duration.ofSeconds(60));

  @Test
  void survivesItsFile(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("build.properties");
    record.write(file);

    assertEquals(Optional.of(record), BuildRecord.read(file));
  }

  @Test
  void isAbsentWithoutAFile(@TempDir Path directory) throws IOException {
    assertEquals(Optional.empty(), BuildRecord.read(directory.resolve("build.properties")));
  }

  @Test
  void isCurrentForThisJdkOnly() {
    assertTrue(record.isCurrent());
    assertFalse(
        new BuildRecord("17.0.1+12", record.features(), record.methods(), record.time())
            .isCurrent());
  }

  @Test
  void knowsTheSpeedOfTheBuild() {
    assertEquals(2_551.5, record.perSecond(), 1e-9);
  }
}
