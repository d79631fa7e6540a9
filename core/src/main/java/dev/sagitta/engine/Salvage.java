package dev.sagitta.engine;

import dev.sagitta.CollectionConfig;
import dev.sagitta.CollectionFailedException;
import dev.sagitta.InvalidInputException;
import dev.sagitta.SalvageInterruptedException;
import dev.sagitta.SalvageOptions;
import dev.sagitta.SalvageProgress;
import dev.sagitta.SalvageReport;
import dev.sagitta.SalvagedCollection;
import dev.sagitta.persistence.CollectionScan;
import dev.sagitta.persistence.FileOperations;
import dev.sagitta.persistence.FormatVersionException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;

/**
 * Recovers what can be recovered from a damaged database into a new one. For one use.
 *
 * <p>All reading is done on one engine thread, which hands the records to the target's write lanes.
 * The caller waits and reports progress; an interrupt of the caller makes the other thread stop.
 */
public final class Salvage {
  private final Path source;
  private final Path target;
  private final SalvageOptions options;
  private final CallerProgress progress;
  private final Environment environment;
  private final FileOperations files;

  /** Prepares; owns the environment's threads from then on. */
  public Salvage(
      Path source,
      Path target,
      SalvageOptions options,
      Consumer<SalvageProgress> progress,
      Environment environment) {
    this.source = source.toAbsolutePath().normalize();
    this.target = target.toAbsolutePath().normalize();
    this.options = options;
    this.progress = new CallerProgress(progress);
    this.environment = environment;
    this.files = environment.files();
  }

  /** Does it and waits for the end. */
  public SalvageReport run() {
    ExecutorService thread = environment.threads().serial("salvage");
    CompletableFuture<SalvageReport> done = new CompletableFuture<>();
    thread.execute(
        () -> {
          try {
            done.complete(salvage());
          } catch (IOException e) {
            done.completeExceptionally(translate(e));
          } catch (CollectionFailedException e) {
            done.completeExceptionally(storageFailure(e));
          } catch (RuntimeException | Error e) {
            done.completeExceptionally(e);
          } finally {
            progress.end();
          }
        });
    try {
      progress.reportUntilEnd();
      return Waiting.on(done);
    } finally {
      Waiting.forEnd(thread);
      environment.threads().close();
    }
  }

  /** The caller never opened the collection that failed; what counts is why it did. */
  private RuntimeException storageFailure(CollectionFailedException failed) {
    Throwable cause = failed.getCause();
    while (cause != null) {
      if (cause instanceof IOException io) {
        RuntimeException translated = translate(io);
        translated.addSuppressed(failed);
        return translated;
      }
      cause = cause.getCause();
    }
    return failed;
  }

  private RuntimeException translate(IOException cause) {
    return Failures.translate("salvage of " + source + " to " + target, cause);
  }

  private void stopIfAsked() {
    if (progress.interrupted()) {
      throw new SalvageInterruptedException(source);
    }
  }

  private SalvageReport salvage() throws IOException {
    requireDistinct();
    if (!files.isDirectory(source)) {
      throw new InvalidInputException("source %s is not a directory".formatted(source));
    }
    for (String name : options.configs().keySet()) {
      if (!CollectionDirectories.isName(name) || !files.isDirectory(source.resolve(name))) {
        throw new InvalidInputException(
            "options have a configuration of %s, which is no collection of %s"
                .formatted(name, source));
      }
    }
    try (Closeable _ = lockSource()) {
      requireKnownFormats();
      SalvageTarget made = SalvageTarget.begin(environment, target);
      try {
        SalvageReport report = new SalvageReport(collections(made));
        stopIfAsked();
        made.finish();
        return report;
      } catch (IOException | RuntimeException | Error e) {
        made.discard(e);
        throw e;
      }
    }
  }

  /** By what the paths name: a link may lead from one into the other. */
  private void requireDistinct() throws IOException {
    Path from = files.realPath(source);
    for (Path written : written()) {
      if (written.startsWith(from) || from.startsWith(written)) {
        throw new InvalidInputException(
            "target %s and source %s must not be within each other".formatted(target, source));
      }
    }
  }

  /** The names that are made in the target's place, and what is there under the target's own. */
  private List<Path> written() throws IOException {
    Path parent = target.getParent();
    Path name = target.getFileName();
    if (parent == null || name == null) {
      return List.of(target);
    }
    Path made = files.realPath(parent).resolve(name);
    return List.of(made, SalvageTarget.unfinished(made), files.realPath(target));
  }

  /**
   * Keeps others from opening the source. Where there is no lock file, nobody can have the source
   * open, and none is made, because nothing is changed there.
   */
  private Closeable lockSource() throws IOException {
    Path lock = source.resolve(DatabaseEngine.LOCK);
    return files.exists(lock) ? files.lockShared(lock) : () -> {};
  }

  /** Before anything is written: a collection is salvaged as its newest manifest says. */
  private void requireKnownFormats() throws IOException {
    for (String name : new CollectionDirectories(files, source).names()) {
      stopIfAsked();
      try {
        var _ = CollectionScan.read(files, source.resolve(name), damage -> {});
      } catch (FormatVersionException e) {
        throw e;
      } catch (IOException e) {
        // Told of in the report.
      }
    }
  }

  private List<SalvagedCollection> collections(SalvageTarget made) throws IOException {
    List<SalvagedCollection> collections = new ArrayList<>();
    for (String name : new CollectionDirectories(files, source).names()) {
      stopIfAsked();
      Optional<CollectionConfig> told = Optional.ofNullable(options.configs().get(name));
      collections.add(
          new CollectionSalvage(
                  files,
                  source.resolve(name),
                  name,
                  told,
                  config ->
                      new SalvageSink(made.create(name, config), this::stopIfAsked, progress::hand),
                  this::stopIfAsked)
              .run());
    }
    return collections;
  }
}
