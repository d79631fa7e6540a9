package dev.sagitta.examples.quickstart;

import dev.sagitta.CollectionStats;
import dev.sagitta.examples.report.Figures;
import dev.sagitta.examples.report.Table;
import dev.sagitta.examples.report.Table.Column;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** What the index needs: time to build it, memory and disk. */
final class Footprint {
  private Footprint() {}

  /** Looks and prints a table; the collection of methods is open meanwhile. */
  static void print(Workspace workspace, CollectionStats stats) throws IOException {
    Table table = new Table(Column.left("index"), Column.right("value"));
    Optional<BuildRecord> build = BuildRecord.read(workspace.buildRecord());
    if (build.isPresent()) {
      table.row(
          "methods a second when built: read, embedded, stored, linked",
          Figures.count((long) build.get().perSecond()));
    }
    table.row("heap in use, after a collection", Figures.bytes(heapBytes()));
    table.row("memory outside the heap", Figures.bytes(stats.offHeapBytes()));
    table.row("files mapped into memory", Figures.bytes(stats.mappedBytes()));
    table.row("disk in use", Figures.bytes(diskBytes(workspace.database())));
    table.row("distance kernel", stats.kernel());
    System.out.println();
    System.out.print(table);
    stats.kernelHint().ifPresent(hint -> System.out.printf("  Hint: %s.%n", hint));
  }

  private static long heapBytes() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  private static long diskBytes(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(Files::isRegularFile).mapToLong(Footprint::size).sum();
    }
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
