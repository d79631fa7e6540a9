package dev.sagitta.engine;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** Work on files with a result, which an engine thread does while the caller waits. */
interface FileWork<T> {
  /** Does it. */
  T run() throws IOException;

  /**
   * Has it done on a thread, and waits without regard to interrupts.
   *
   * @param doing what the message of an error calls it
   */
  static <T> T on(Executor thread, String doing, FileWork<T> work) {
    CompletableFuture<T> done = new CompletableFuture<>();
    thread.execute(
        () -> {
          try {
            done.complete(work.run());
          } catch (IOException e) {
            done.completeExceptionally(Failures.translate(doing, e));
          } catch (RuntimeException | Error e) {
            done.completeExceptionally(e);
          }
        });
    return Waiting.on(done);
  }
}
