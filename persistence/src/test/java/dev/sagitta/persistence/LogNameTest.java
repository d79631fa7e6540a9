package dev.sagitta.persistence;

import static dev.sagitta.persistence.LogFixture.FRESH;
import static dev.sagitta.persistence.LogFixture.ROOT;
import static dev.sagitta.persistence.LogFixture.STORE;
import static dev.sagitta.persistence.LogFixture.WRITTEN;
import static dev.sagitta.persistence.LogFixture.append;
import static dev.sagitta.persistence.LogFixture.file;
import static dev.sagitta.persistence.LogFixture.newLog;
import static dev.sagitta.persistence.LogFixture.payload;
import static dev.sagitta.persistence.LogFixture.replay;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The name of a log may be in doubt: the force that was to make it durable failed, and repeating it
 * would report success. What a manifest requires or the log before has sealed is certain; any other
 * last log is made again.
 */
final class LogNameTest {

  private SimulatedFiles files = new SimulatedFiles();

  private void failToForceTheDirectory() {
    files.failNext(
        call -> call.operation() == IoCall.Operation.FORCE_DIRECTORY, new IOException("injected"));
  }

  private static LogWriter goOn(SimulatedFiles files, LogStart start) throws IOException {
    return LogWriter.continueAfter(files, ROOT, STORE, replay(files, start).end());
  }

  private static void assertEveryPowerLossLeaves(int frames, SimulatedFiles files)
      throws IOException {
    for (long seed = 0; seed < 60; seed++) {
      List<byte[]> payloads = replay(files.crash(seed)).payloads();
      assertEquals(frames, payloads.size(), "seed " + seed);
      for (int i = 0; i < frames; i++) {
        assertArrayEquals(payload(i + 1), payloads.get(i));
      }
    }
  }

  /** Goes on behind what is there, and loses power. */
  private static void assertWhatIsAppendedStays(int before, SimulatedFiles files)
      throws IOException {
    LogWriter again = goOn(files, WRITTEN);
    append(again, 2);
    again.force();
    assertEveryPowerLossLeaves(before + 2, files);
  }

  /** Log 1 with three frames, forced, and two that are not. */
  private LogWriter written() throws IOException {
    LogWriter log = newLog(files);
    append(log, 3);
    log.force();
    append(log, 2);
    log.write();
    return log;
  }

  @Test
  void aLogThatAManifestRequiresIsContinued() throws IOException {
    written();
    assertFalse(replay(files, WRITTEN).end().unproven());
    assertEquals(2, goOn(files, WRITTEN).logNumber());
  }

  @Test
  void aLogThatTheSealBeforeItNamesIsContinued() throws IOException {
    LogWriter second = written().rotate();
    append(second, 2);
    second.force();
    LogEnd end = replay(files, WRITTEN).end();
    assertFalse(end.unproven());
    assertEquals(2, end.durable().logNumber());
    assertEquals(3, goOn(files, WRITTEN).logNumber());
  }

  @Test
  void aLogWhoseNameNothingProvesIsMadeAgainWithAllItsFrames() throws IOException {
    written();
    LogEnd end = replay(files, FRESH).end();
    assertTrue(end.unproven());
    assertEquals(new LogPosition(0, 0, 0, 0), end.durable());
    LogWriter again = goOn(files, FRESH);
    assertEquals(1, again.logNumber());
    assertEquals(2, again.epoch());
    assertEquals(5, again.durableSequence());
    append(again, 1);
    again.force();
    assertFalse(files.exists(file(2)));
    for (long seed = 0; seed < 20; seed++) {
      assertEquals(6, replay(files.crash(seed), FRESH).payloads().size());
    }
  }

  @Test
  void aContinuationWhoseNameMayBeLostIsMadeAgain() throws IOException {
    written();
    failToForceTheDirectory();
    assertThrows(IOException.class, () -> goOn(files, WRITTEN));
    assertTrue(files.exists(file(2)));
    LogWriter again = goOn(files, WRITTEN);
    assertEquals(2, again.logNumber());
    assertEquals(3, again.epoch());
    append(again, 2);
    again.force();
    assertEveryPowerLossLeaves(7, files);
  }

  @Test
  void whatARotationBeganIsMadeAgain() throws IOException {
    LogWriter first = written();
    failToForceTheDirectory();
    assertThrows(IOException.class, first::rotate);
    files = files.killProcess();
    LogWriter again = goOn(files, WRITTEN);
    assertEquals(2, again.logNumber());
    append(again, 2);
    again.force();
    assertEveryPowerLossLeaves(7, files);
  }

  @Test
  void aLogThatIsMadeAgainIsThereAtEveryStepOfIt() throws IOException {
    written();
    failToForceTheDirectory();
    assertThrows(IOException.class, () -> goOn(files, WRITTEN));
    int step = 1;
    boolean done = false;
    while (!done) {
      SimulatedFiles attempt = files.copy(step);
      attempt.crashAtStep(step, 0.5);
      try {
        goOn(attempt, WRITTEN);
        done = true;
      } catch (IOException crashed) {
        for (long seed = 0; seed < 20; seed++) {
          SimulatedFiles cut = attempt.crash(seed);
          int frames = replay(cut, WRITTEN).payloads().size();
          assertTrue(frames >= 3 && frames <= 5, frames + " frames");
          assertWhatIsAppendedStays(frames, cut);
        }
        SimulatedFiles killed = attempt.killProcess();
        assertEquals(5, replay(killed, WRITTEN).payloads().size());
        assertWhatIsAppendedStays(5, killed);
      }
      step++;
    }
    assertTrue(step > 5, step + " steps");
  }

  @Test
  void aSealThatCannotBeReadProvesNothing() throws IOException {
    LogWriter first = written();
    long seal = first.endOffset();
    int chain = first.chain();
    append(first.rotate(), 1);
    files.flipBit(file(1), (seal + 3) * Byte.SIZE);
    LogEnd end = replay(files, WRITTEN).end();
    assertTrue(end.unproven());
    assertEquals(new LogPosition(1, seal, 5, chain), end.durable());
    assertEquals(2, goOn(files, WRITTEN).logNumber());
  }
}
