package dev.sagitta.persistence;

import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * What a sabotaged library calls in place of its own methods, each wrong in one way. See the
 * constants of {@code dev.sagitta.sabotage.Sabotage}.
 */
public final class BrokenPersistence {
  private BrokenPersistence() {}

  /** Writes what was appended, forces nothing, and says that it is durable. */
  public static void pretendToForce(LogWriter log) throws IOException {
    log.write();
    set(log, "durableSequence", log.lastSequence());
  }

  /** Takes what was appended for durable. */
  public static long lastSequence(LogWriter log) {
    return log.lastSequence();
  }

  /** Lets go of the file as it is. */
  public static void abandon(LogWriter log) {
    log.abandon(new IOException("sabotaged"));
  }

  /** Takes a write that failed, whole or in part, for one that succeeded. */
  public static void writeRegardless(FileHandle handle, ByteBuffer source, long position)
      throws IOException {
    try {
      handle.write(source, position);
    } catch (SimulatedCrash crashed) {
      throw crashed;
    } catch (IOException ignored) {
      source.position(source.limit());
    }
  }

  /** Takes the second answer where the first one was bad. */
  public static void forceTwice(FileHandle handle) throws IOException {
    try {
      handle.force();
    } catch (IOException e) {
      handle.force();
    }
  }

  /** Deletes the logs that a manifest makes superfluous before there is that manifest. */
  public static void deleteLogsAndWrite(
      ManifestStore store, Manifest manifest, long incompatibleFeatures) throws IOException {
    var files = (FileOperations) get(store, "files");
    var directory = (Path) get(store, "directory");
    for (String name : files.list(directory)) {
      OptionalLong log = FileKind.LOG.number(name);
      if (log.isPresent() && log.getAsLong() < manifest.firstLog()) {
        files.delete(directory.resolve(name));
      }
    }
    store.write(manifest, incompatibleFeatures);
  }

  /** Goes on in the log that was recovered, behind whatever its end holds. */
  public static LogWriter appendBehindTheTail(
      FileOperations files, Path directory, UUID storeId, LogEnd end) throws IOException {
    if (end.lastLogNumber() == 0) {
      return LogWriter.continueAfter(files, directory, storeId, end);
    }
    Path file = directory.resolve(FileKind.LOG.fileName(end.lastLogNumber()));
    FileHandle handle = ((SimulatedFiles) Yielding.target(files)).openForWriting(file);
    LogHeader header = LogHeaderCodec.read(handle, file, storeId, end.lastLogNumber()).header();
    LogWriter writer = LogWriter.overHeader(files, directory, header, handle);
    set(writer, "writtenBytes", (handle.size() + 7) / 8 * 8);
    set(writer, "lastSequence", end.lastSequence());
    set(writer, "durableSequence", end.lastSequence());
    set(writer, "chain", end.end().chain());
    return writer;
  }

  /** Trusts the page cache: what was read is taken for durable. */
  static LogPosition endForDurable(LogEnd end) {
    return end.end();
  }

  /** Gives a new process the epoch of the one before. */
  static LogHeader sameEpoch(UUID storeId, LogPosition position, long epoch, long salt) {
    return LogHeader.after(storeId, position, Math.max(1, epoch - 1), salt);
  }

  /** Overlooks that a later frame proves a bad one durable. */
  static boolean provesNothing(ByteBuffer buffer, int index, long sequence) {
    return false;
  }

  /** Takes what the older manifest lists for intact. */
  static Optional<IOException> noDamage(ReadBack readBack) {
    return Optional.empty();
  }

  /** As if the manifest required all logs, whose names are durable then. */
  public static long everyLog(LogStart start) {
    return Long.MAX_VALUE;
  }

  private static Object get(Object owner, String name) {
    try {
      return field(owner, name).get(owner);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(name, e);
    }
  }

  private static void set(Object owner, String name, Object value) {
    try {
      field(owner, name).set(owner, value);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(name, e);
    }
  }

  private static Field field(Object owner, String name) throws NoSuchFieldException {
    Field field = owner.getClass().getDeclaredField(name);
    field.setAccessible(true);
    return field;
  }
}
