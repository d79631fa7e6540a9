package dev.sagitta.persistence;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.List;
import java.util.UUID;

/**
 * Which files make up a collection, and from where its logs go on. Immutable: buffers are copied
 * in, and handed out as views of their own.
 *
 * @param generation number of the manifest, from 1, one up with every attempt to write one
 * @param storeId the store that all files belong to
 * @param epoch the epoch of the required log; 0 if there is none
 * @param configuration core's own, opaque here, at most {@link #CONFIGURATION_BYTES_MAX} bytes
 * @param state core's own numbers as of the checkpoint, opaque here, at most {@link
 *     #STATE_BYTES_MAX} bytes
 * @param files all block files of the collection but manifests, at most {@link #FILES_MAX}
 * @param firstLog the log that replay begins with, from 1
 * @param firstSequence the first sequence in it, from 1; the files hold everything before
 * @param requiredLog the newest log known durable: all from the first up to it must exist; 0 only
 *     if the store never had a log, the first log then being 1 and the epoch 0
 * @param durableSequence a sequence that was durable, not merely written, when the manifest was
 *     made; a replay that does not reach it is refused
 */
public record Manifest(
    long generation,
    UUID storeId,
    long epoch,
    ByteBuffer configuration,
    ByteBuffer state,
    List<FileEntry> files,
    long firstLog,
    long firstSequence,
    long requiredLog,
    long durableSequence) {

  /** Longest configuration. */
  public static final int CONFIGURATION_BYTES_MAX = 1 << 20;

  /** Longest state. */
  public static final int STATE_BYTES_MAX = 16 << 20;

  /** Most files. */
  public static final int FILES_MAX = 1 << 20;

  public Manifest {
    requireRange("generation", generation, 1, Long.MAX_VALUE);
    requireRange("configuration bytes", configuration.remaining(), 0, CONFIGURATION_BYTES_MAX);
    requireRange("state bytes", state.remaining(), 0, STATE_BYTES_MAX);
    requireRange("files", files.size(), 0, FILES_MAX);
    configuration = copy(configuration);
    state = copy(state);
    files = List.copyOf(files);
    var names = new HashSet<String>();
    for (FileEntry entry : files) {
      if (entry.kind() == FileKind.MANIFEST || !names.add(entry.name())) {
        throw new IllegalArgumentException("a manifest cannot list, or not twice: " + entry.name());
      }
    }
    // Its constructor checks the rest.
    var _ = new LogStart(firstLog, firstSequence, requiredLog, epoch, durableSequence);
  }

  /** What {@link LogChain#replay} must be told. */
  public LogStart logStart() {
    return new LogStart(firstLog, firstSequence, requiredLog, epoch, durableSequence);
  }

  /**
   * The same, with what a newer one knows of the logs: they go on from both, so none that either
   * requires may be missing.
   */
  Manifest knowing(Manifest newer) {
    return newer.requiredLog < requiredLog
        ? this
        : new Manifest(
            generation,
            storeId,
            newer.epoch,
            configuration,
            state,
            files,
            firstLog,
            firstSequence,
            newer.requiredLog,
            Math.max(durableSequence, newer.durableSequence));
  }

  /** The last sequence that the files hold. */
  public long checkpointSequence() {
    return firstSequence - 1;
  }

  /** Core's configuration: a read-only, little-endian view of its own for each caller. */
  @Override
  public ByteBuffer configuration() {
    return configuration.duplicate().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Core's state: a read-only, little-endian view of its own for each caller. */
  @Override
  public ByteBuffer state() {
    return state.duplicate().order(ByteOrder.LITTLE_ENDIAN);
  }

  private static ByteBuffer copy(ByteBuffer source) {
    return ByteBuffer.allocate(source.remaining())
        .put(source.duplicate())
        .flip()
        .asReadOnlyBuffer();
  }

  private static void requireRange(String name, long value, long min, long max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          name + " of a manifest is " + value + ", allowed " + min + " to " + max);
    }
  }
}
