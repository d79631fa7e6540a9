package dev.sagitta.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ClosingTest {
  private final List<String> done = new ArrayList<>();

  private Runnable step(String name) {
    return () -> done.add(name);
  }

  private Runnable failing(String name, Throwable failure) {
    return () -> {
      done.add(name);
      if (failure instanceof Error error) {
        throw error;
      }
      throw (RuntimeException) failure;
    };
  }

  @Test
  void runsEveryStepWhateverFails() {
    OutOfMemoryError first = new OutOfMemoryError("first");
    RuntimeException second = new IllegalStateException("second");
    OutOfMemoryError thrown =
        assertThrows(
            OutOfMemoryError.class,
            () ->
                Closing.all(
                    List.of(
                        step("a"),
                        failing("b", first),
                        failing("c", second),
                        failing("d", first))));
    assertEquals(List.of("a", "b", "c", "d"), done);
    assertSame(first, thrown);
    assertArrayEquals(new Throwable[] {second}, thrown.getSuppressed());
  }

  @Test
  void throwsWhatFailed() {
    RuntimeException failure = new IllegalStateException("told to fail");
    assertSame(
        failure,
        assertThrows(
            IllegalStateException.class,
            () -> Closing.all(List.of(failing("a", failure), step("b")))));
    assertEquals(List.of("a", "b"), done);
    Closing.all(List.of(step("c")));
  }
}
