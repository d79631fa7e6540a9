package dev.sagitta.benchmarks;

import dev.sagitta.RecordId;
import dev.sagitta.VectorRecord;
import dev.sagitta.distance.VectorValue;
import dev.sagitta.engine.CollectionEngine;
import dev.sagitta.engine.DatabaseEngine;
import dev.sagitta.persistence.FileKind;
import dev.sagitta.persistence.LogChain;
import dev.sagitta.persistence.Manifest;
import dev.sagitta.persistence.ManifestStore;
import dev.sagitta.persistence.NioFiles;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * A child of {@link RecoveryFigures}: opens copies of a {@link LogOnlyStore} one after the other,
 * so that the first one meets a JVM that has done nothing before and the others do not. Then reads
 * the same log without applying it. Prints one line of milliseconds: to read the file, to read and
 * check it, and for each copy how long opening it took and how long the thread that recovers ran
 * meanwhile; the two differ where others use the machine. Ends with an error if a copy does not
 * hold what was written.
 */
final class LogRecoverer {
  private static final int RECORDS_COMPARED = 1_000;
  private static final int READ_BYTES = 1 << 20;
  private static final int READ_ROUNDS = 3;
  private static final String RECOVERING = "sagitta-" + LogOnlyStore.COLLECTION + "-background";

  private final LogOnlyStore store;
  private final Path copy;

  private LogRecoverer(LogOnlyStore store) {
    this.store = store;
    this.copy = store.directory().resolveSibling(store.directory().getFileName() + "-copy");
  }

  /**
   * Runs.
   *
   * @param arguments as {@link LogOnlyStore#arguments} gives them, then how many copies to open
   */
  public static void main(String[] arguments) throws IOException {
    LogRecoverer recoverer = new LogRecoverer(LogOnlyStore.of(arguments));
    int copies = Integer.parseInt(arguments[4]);
    double[] millis = new double[2 + 2 * copies];
    for (int i = 0; i < copies; i++) {
      recoverer.open(millis, 2 + 2 * i);
    }
    millis[0] = Double.MAX_VALUE;
    millis[1] = Double.MAX_VALUE;
    for (int round = 0; round < READ_ROUNDS; round++) {
      millis[0] = Math.min(millis[0], recoverer.read());
      millis[1] = Math.min(millis[1], recoverer.check());
    }
    for (double time : millis) {
      System.out.printf(Locale.ROOT, "%.2f ", time);
    }
    System.out.println();
    System.out.flush();
    Runtime.getRuntime().halt(0);
  }

  /** Opens a copy, whose files are links, and drops it, since closing it would store it anew. */
  private void open(double[] millis, int at) throws IOException {
    Directories.delete(copy);
    Path from = store.directory().resolve(LogOnlyStore.COLLECTION);
    Path to = Files.createDirectories(copy.resolve(LogOnlyStore.COLLECTION));
    for (Path file : files(from)) {
      Files.createLink(to.resolve(file.getFileName()), file);
    }
    long start = System.nanoTime();
    DatabaseEngine database = LogOnlyStore.open(copy);
    CollectionEngine collection = database.open(LogOnlyStore.COLLECTION);
    millis[at] = Report.millisSince(start);
    millis[at + 1] = recoveringMillis();
    compare(collection);
    database.drop(LogOnlyStore.COLLECTION);
    database.close();
  }

  /** How long the thread that opened the collection ran until now. */
  private static double recoveringMillis() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    for (long id : threads.getAllThreadIds()) {
      ThreadInfo thread = threads.getThreadInfo(id);
      if (thread != null && thread.getThreadName().equals(RECOVERING)) {
        return threads.getThreadCpuTime(id) / 1e6;
      }
    }
    throw new IllegalStateException("there is no thread " + RECOVERING);
  }

  private void compare(CollectionEngine collection) throws IOException {
    if (collection.count() != store.records()) {
      throw new IOException(
          "opened with %d records, written were %d".formatted(collection.count(), store.records()));
    }
    NumberedVectors vectors = new NumberedVectors(store.dimension());
    long step = Math.max(1, store.records() / RECORDS_COMPARED);
    for (long id = 0; id < store.records(); id += step) {
      VectorRecord record = collection.get(RecordId.of(id)).orElseThrow();
      if (!record.vector().equals(VectorValue.float32(vectors.of(id)))
          || record.payload().getLong("n").orElseThrow() != id) {
        throw new IOException("record " + id + " is not what was written");
      }
    }
  }

  private double read() throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(READ_BYTES);
    long start = System.nanoTime();
    for (Path log : logs(store.directory())) {
      try (FileChannel channel = FileChannel.open(log)) {
        while (channel.read(buffer.clear()) >= 0) {
          // Only the time counts.
        }
      }
    }
    return Report.millisSince(start);
  }

  private double check() throws IOException {
    NioFiles files = new NioFiles();
    Path directory = store.directory().resolve(LogOnlyStore.COLLECTION);
    Manifest manifest = new ManifestStore(files, directory).load().manifest();
    long start = System.nanoTime();
    LogChain.replay(
        files, directory, manifest.storeId(), manifest.logStart(), (sequence, payload) -> {});
    return Report.millisSince(start);
  }

  /** The logs of a store. */
  static List<Path> logs(Path database) throws IOException {
    return files(database.resolve(LogOnlyStore.COLLECTION)).stream()
        .filter(file -> FileKind.LOG.number(file.getFileName().toString()).isPresent())
        .toList();
  }

  private static List<Path> files(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.toList();
    }
  }
}
