package dev.sagitta;

import dev.sagitta.RotDamage.Shape;
import dev.sagitta.persistence.FileOperations;
import dev.sagitta.persistence.NioFiles;
import dev.sagitta.persistence.SimulatedFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * A program that damages a small store on the real file system, where files are mapped by the
 * kernel and a page behind the end of a file is the death of the JVM, and reads all of it: what
 * comes of each damage is what comes of it on the simulated file system, which {@link RotBitTest}
 * and {@link RotFileTest} judge.
 *
 * <p>Arguments: the seed; each how many-th byte is damaged; a directory, not there yet. Prints what
 * differs, one line each, then a report.
 */
final class RotDisk {
  private static final int CUTS = 2;

  private final RotStore store;
  private final SplittableRandom random;
  private final Path directory;
  private int trials;
  private int refused;
  private int unreadable;
  private int read;

  private RotDisk(long seed, Path directory) {
    store = RotStore.of(seed);
    random = new SplittableRandom(seed);
    this.directory = directory;
  }

  public static void main(String[] arguments) throws IOException {
    var disk = new RotDisk(Long.parseLong(arguments[0]), Path.of(arguments[2]));
    int every = Integer.parseInt(arguments[1]);
    for (Path file : disk.store.roles().keySet()) {
      if (disk.store.role(file) != RotStore.Role.LOCK) {
        disk.damageAll(file, every);
      }
    }
    System.out.printf(
        "report: %,d damages, %,d refused at opening, %,d by reads, %,d read as a whole%n",
        disk.trials, disk.refused, disk.unreadable, disk.read);
    System.exit(disk.refused > 0 && disk.unreadable > 0 && disk.read > 0 ? 0 : 2);
  }

  private void damageAll(Path file, int every) throws IOException {
    byte[] before = store.bytes(file);
    compare(RotDamage.of(file + " is lost", file, before, Shape.NOTHING));
    compare(RotDamage.of(file + " is empty", file, before, new byte[0]));
    for (int i = 0; i < CUTS; i++) {
      int bytes = random.nextInt(before.length);
      compare(RotDamage.of(file + " cut to " + bytes, file, before, Arrays.copyOf(before, bytes)));
    }
    byte[] longer = Arrays.copyOf(before, before.length + random.nextInt(1, 1 << 13));
    compare(RotDamage.of(file + " extended to " + longer.length, file, before, longer));
    for (int at = random.nextInt(every); at < before.length; at += every) {
      byte[] after = before.clone();
      after[at] ^= (byte) (1 << random.nextInt(Byte.SIZE));
      compare(RotDamage.of("byte " + at + " of " + file + " changed", file, before, after));
    }
  }

  private void compare(RotDamage damage) throws IOException {
    trials++;
    Path file = damage.files().getFirst();
    String name = file.getName(file.getNameCount() - 2).toString();
    SimulatedFiles simulated = store.files().copy(1);
    damage.on(simulated);
    write(simulated);
    String expected = use(simulated, ModelDatabase.DIRECTORY, name);
    String found;
    try {
      found = use(new NioFiles(), directory, name);
    } catch (RuntimeException | AssertionError e) {
      found = e.toString();
    }
    if (!found.equals(expected)) {
      System.out.println(damage.what() + ": " + found + ", simulated " + expected);
    }
  }

  /** Puts the files on the disk, in place of all that was there. */
  private void write(SimulatedFiles files) throws IOException {
    if (Files.exists(directory)) {
      try (Stream<Path> old = Files.walk(directory)) {
        for (Path path : old.sorted((a, b) -> b.compareTo(a)).toList()) {
          Files.delete(path);
        }
      }
    }
    for (Path file : files.files()) {
      Path target = directory.resolve(ModelDatabase.DIRECTORY.relativize(file).toString());
      Files.createDirectories(target.resolve("..").normalize());
      Files.write(target, files.bytes(file));
    }
  }

  /** Opens, reads and closes; all that came of it, without the directory's name. */
  private String use(FileOperations files, Path place, String name) {
    RotStore.Content content = store.content(name);
    RotReading reading;
    try (VectorDatabase database = store.open(files, place)) {
      reading = RotReading.of(database, name, content.states(), content.ids());
    }
    if (files instanceof NioFiles) {
      refused += reading.refusal().isPresent() ? 1 : 0;
      unreadable += reading.unreadable().isEmpty() ? 0 : 1;
      read += reading.errors().isEmpty() ? 1 : 0;
    }
    List<String> errors = reading.errors().stream().map(RotDisk::text).toList();
    return "sequence %d, unreadable %s, %s, errors %s"
        .formatted(reading.sequence(), reading.unreadable(), reading.warning(), errors)
        .replace(place.toString(), "");
  }

  private static String text(SagittaException error) {
    return error instanceof CorruptionException corrupt
        ? corrupt.file() + " at " + corrupt.offset()
        : error.toString();
  }
}
