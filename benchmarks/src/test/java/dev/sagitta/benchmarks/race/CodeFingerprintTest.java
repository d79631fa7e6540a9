package dev.sagitta.benchmarks.race;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class CodeFingerprintTest {
  @Test
  void everyEngineIsMeasuredByCodeOfItsOwn() throws IOException {
    String voyager = CodeFingerprint.ofRace(VoyagerEngine.class);

    assertEquals(voyager, CodeFingerprint.ofRace(VoyagerEngine.class));
    assertNotEquals(voyager, CodeFingerprint.ofRace(LuceneEngine.class));
    assertNotEquals(voyager, CodeFingerprint.ofSagitta());
  }
}
