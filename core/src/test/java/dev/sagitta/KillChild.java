package dev.sagitta;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;

/**
 * A JVM that recovers a collection and writes to it until it is killed; it says on its standard
 * output which steps are acknowledged.
 *
 * <p>Instances are the parent's view. They count what the child says on a thread of their own.
 */
final class KillChild implements AutoCloseable {
  private static final String STARTED = "started";
  private static final String RECOVERED = "recovered";
  private static final String STANDING = "standing";
  private static final int KILLED_EXIT = 128 + 9;
  private static final long PATIENCE_SECONDS = 120;
  private static final int SILENCE_MILLIS = 50;

  private final Process process;
  private final Path errors;
  private final Thread reader;
  private final AtomicLongArray acknowledged;

  /** Lines of acknowledgement that were read. */
  private final AtomicInteger said = new AtomicInteger();

  private final CountDownLatch started = new CountDownLatch(1);
  private final CountDownLatch recovered = new CountDownLatch(1);
  private final CountDownLatch standing = new CountDownLatch(1);

  private KillChild(Process process, Path errors, List<Long> atLeast) {
    this.process = process;
    this.errors = errors;
    this.acknowledged = new AtomicLongArray(atLeast.stream().mapToLong(Long::longValue).toArray());
    this.reader = Thread.ofPlatform().start(this::readAll);
  }

  /**
   * What the child does.
   *
   * @param writers how many threads write
   * @param checkpoints whether another thread asks for checkpoints, one after the other
   * @param atLeast steps of each writer that must be there when it opens the collection
   */
  record Task(
      Path directory,
      KillLevel level,
      long seed,
      int writers,
      boolean checkpoints,
      List<Long> atLeast) {

    private List<String> arguments() {
      List<String> arguments = new ArrayList<>();
      arguments.add(directory.toString());
      arguments.add(level.name());
      arguments.add(Long.toString(seed));
      arguments.add(Integer.toString(writers));
      arguments.add(Boolean.toString(checkpoints));
      atLeast.forEach(steps -> arguments.add(steps.toString()));
      return arguments;
    }

    private static Task parse(String[] arguments) {
      return new Task(
          Path.of(arguments[0]),
          KillLevel.valueOf(arguments[1]),
          Long.parseLong(arguments[2]),
          Integer.parseInt(arguments[3]),
          Boolean.parseBoolean(arguments[4]),
          Arrays.stream(arguments).skip(5).map(Long::valueOf).toList());
    }
  }

  /**
   * Starts a child.
   *
   * @param errors gets its standard error, which must stay empty
   */
  static KillChild start(Task task, Path errors) throws IOException {
    return start(KillChild.class, task.arguments(), task.atLeast(), errors);
  }

  /**
   * Starts a child with another program, which says the same things.
   *
   * @param atLeast what it has acknowledged before
   * @param errors gets its standard error, which must stay empty
   */
  static KillChild start(Class<?> program, List<String> arguments, List<Long> atLeast, Path errors)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(QuickStart.flags());
    command.add(program.getName());
    command.addAll(arguments);
    Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
    return new KillChild(process, errors, atLeast);
  }

  private void readAll() {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        switch (line) {
          case STARTED -> started.countDown();
          case RECOVERED -> recovered.countDown();
          case STANDING -> standing.countDown();
          default -> {
            int space = line.indexOf(' ');
            acknowledged.set(
                Integer.parseInt(line.substring(0, space)),
                Long.parseLong(line.substring(space + 1)));
            said.incrementAndGet();
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits until its main method runs. */
  void awaitStarted() throws IOException, InterruptedException {
    await(started, STARTED);
  }

  /** Waits until it has opened and checked the collection, and begins to write. */
  void awaitRecovered() throws IOException, InterruptedException {
    await(recovered, RECOVERED);
  }

  /** Waits until it stands still, at the point where it is to be killed. */
  void awaitStanding() throws IOException, InterruptedException {
    await(standing, STANDING);
  }

  /** Waits until it has written for a while, measured by what it says. */
  void awaitAcknowledgements(int lines) throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (said.get() < lines) {
      if (!process.isAlive()) {
        throw failure("ended before it had written " + lines + " lines");
      }
      if (System.nanoTime() > end) {
        throw failure(
            "has written %d lines of %d within %d s"
                .formatted(said.get(), lines, PATIENCE_SECONDS));
      }
      Thread.sleep(1);
    }
  }

  private void await(CountDownLatch latch, String what) throws IOException, InterruptedException {
    for (int i = 0; i < PATIENCE_SECONDS * 10; i++) {
      if (latch.await(100, TimeUnit.MILLISECONDS)) {
        return;
      }
      if (!process.isAlive()) {
        throw failure("ended before it had " + what);
      }
    }
    throw failure("has not " + what + " within " + PATIENCE_SECONDS + " s");
  }

  /** Waits until all that a stopped child had said is read, lest it pass for said later. */
  void awaitSilence() throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    for (int before = -1; before != said.get(); Thread.sleep(SILENCE_MILLIS)) {
      if (System.nanoTime() > end) {
        throw failure("talks on for " + PATIENCE_SECONDS + " s");
      }
      before = said.get();
    }
  }

  /** Lines of acknowledgement that it has said so far. */
  int lines() {
    return said.get();
  }

  long pid() {
    return process.pid();
  }

  /**
   * Kills it, and reads what it had said.
   *
   * @return the last acknowledged step of each writer
   */
  List<Long> kill() throws IOException, InterruptedException {
    // Not Process.destroyForcibly, which closes the pipe with what it still holds.
    process.toHandle().destroyForcibly();
    int exit = process.waitFor();
    reader.join();
    if (exit != KILLED_EXIT) {
      throw failure("ended by itself with exit code " + exit);
    }
    if (Files.size(errors) > 0) {
      throw failure("has errors");
    }
    return IntStream.range(0, acknowledged.length()).mapToObj(acknowledged::get).toList();
  }

  private AssertionError failure(String what) throws IOException {
    return new AssertionError("the child " + what + "; it said\n" + Files.readString(errors));
  }

  /** Sees to it that it does not live on. */
  @Override
  public void close() {
    process.destroyForcibly();
  }

  /** The child's program; never returns. */
  public static void main(String[] arguments) throws InterruptedException {
    begin();
    write(Task.parse(arguments));
  }

  /** What every child's program does first. */
  static void begin() {
    // Whatever befalls the parent, this process does not outlive it.
    Thread.ofPlatform().daemon().start(KillChild::endWithParent);
    Thread.setDefaultUncaughtExceptionHandler(
        (thread, error) -> {
          error.printStackTrace();
          Runtime.getRuntime().halt(1);
        });
    say(STARTED);
  }

  /** Says that it has recovered and checked what the child before it left. */
  static void sayRecovered() {
    say(RECOVERED);
  }

  /** Says that it stands still and waits for its end. */
  static void sayStanding() {
    say(STANDING);
  }

  /** Says how many steps of a writer are acknowledged. */
  static void sayAcknowledged(int writer, long steps) {
    say(writer + " " + steps);
  }

  private static void endWithParent() {
    try {
      System.in.transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      // The pipe is gone, and the parent with it.
    }
    Runtime.getRuntime().halt(2);
  }

  private static void write(Task task) throws InterruptedException {
    KillModel model = new KillModel(task.level().script(task.seed()));
    VectorCollection collection = task.level().collection(task.level().open(task.directory()));
    model.recover(collection, task.atLeast());
    for (int writer = 0; writer < KillScript.WRITERS; writer++) {
      sayAcknowledged(writer, model.steps().get(writer));
    }
    sayRecovered();
    for (int i = 0; i < task.writers(); i++) {
      int writer = i;
      LongConsumer acknowledged = steps -> sayAcknowledged(writer, steps);
      KillWriter steps =
          new KillWriter(
              model.script(), collection, writer, model.steps().get(writer), acknowledged);
      Thread.ofPlatform().start(() -> writeForEver(steps));
    }
    SplittableRandom random = new SplittableRandom(task.seed());
    while (true) {
      Thread.sleep(Duration.ofMillis(random.nextInt(30)));
      if (task.checkpoints()) {
        collection.checkpoint();
      } else {
        collection.flush();
      }
    }
  }

  private static void writeForEver(KillWriter writer) {
    while (true) {
      writer.next();
    }
  }

  /** Writes a line with one call, so that it is there whole before what comes after it begins. */
  private static void say(String line) {
    byte[] bytes = (line + "\n").getBytes(StandardCharsets.US_ASCII);
    System.out.write(bytes, 0, bytes.length);
    System.out.flush();
  }
}
