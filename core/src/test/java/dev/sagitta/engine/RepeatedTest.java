package dev.sagitta.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

final class RepeatedTest {
  private final List<CompletableFuture<Void>> begun = new ArrayList<>();
  private boolean due = true;
  private boolean refused;
  private final Repeated repeated = new Repeated(() -> due, this::begin);

  private CompletableFuture<Void> begin() {
    if (refused) {
      throw new RejectedExecutionException("told to refuse");
    }
    CompletableFuture<Void> task = new CompletableFuture<>();
    begun.add(task);
    return task;
  }

  @Test
  void leavesOutTicksUntilTheTaskHasEnded() {
    repeated.run();
    repeated.run();
    assertEquals(1, begun.size());
    begun.getFirst().complete(null);
    repeated.run();
    repeated.run();
    assertEquals(2, begun.size());
  }

  @Test
  void goesOnAfterATaskThatFailed() {
    repeated.run();
    begun.getFirst().completeExceptionally(new IllegalStateException("told to fail"));
    repeated.run();
    assertEquals(2, begun.size());
  }

  @Test
  void goesOnAfterATaskThatCouldNotBegin() {
    refused = true;
    assertThrows(RejectedExecutionException.class, repeated::run);
    refused = false;
    repeated.run();
    assertEquals(1, begun.size());
  }

  @Test
  void beginsNothingThatIsNotDue() {
    due = false;
    repeated.run();
    assertEquals(0, begun.size());
  }
}
