package dev.sagitta.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.CorruptionException;
import dev.sagitta.Damage;
import dev.sagitta.Limits;
import dev.sagitta.VerifyLevel;
import dev.sagitta.VerifyReport;
import dev.sagitta.persistence.CorruptFileException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What a verify keeps of what it finds. */
final class FindingsTest {
  private static final Path FILE = Path.of("/data/a/slots-1.tab");

  private final Findings findings = new Findings();

  private VerifyReport report() {
    return findings.report(VerifyLevel.CONTENT);
  }

  @Test
  void listsSoManyAndCountsTheOthers() {
    int found = Limits.LISTED_MAX + 500;
    for (int i = 0; i < found; i++) {
      findings.add(new Damage(FILE, i, "another"));
    }
    assertEquals(found, report().damageCount());
    assertEquals(Limits.LISTED_MAX, report().damage().size());
    assertEquals(new Damage(FILE, 0, "another"), report().damage().getFirst());
    assertFalse(report().intact());
  }

  @Test
  void countsWhatTwoChecksFindOnce() throws IOException {
    for (int i = 0; i < 2; i++) {
      findings.add(new CorruptFileException(FILE, 7, "this", "that"));
      var same = new CorruptFileException(FILE, 7, "this", "that");
      findings.add((CorruptionException) Failures.translate("reading", same));
    }
    assertEquals(1, report().damageCount());
    assertEquals(new Damage(FILE, 7, "expected this, found that"), report().damage().getFirst());
  }

  @Test
  void takesAMissingFileForDamageAndAnIoErrorForNone() throws IOException {
    findings.add(new NoSuchFileException(FILE.toString()));
    assertEquals(new Damage(FILE, 0, "expected a file, found none"), report().damage().getFirst());
    var refused = new IOException("refused");
    assertEquals(refused, assertThrows(IOException.class, () -> findings.add(refused)));
    assertEquals(1, report().damageCount());
    assertTrue(new Findings().report(VerifyLevel.FILES).intact());
  }
}
