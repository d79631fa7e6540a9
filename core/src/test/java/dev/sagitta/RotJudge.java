package dev.sagitta;

import dev.sagitta.RotStore.Role;
import dev.sagitta.persistence.LogFrame;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Says which errors and outcomes one damage may have. Immutable.
 *
 * <p>An error names the damaged file and a place near the damage: in a block file the start of the
 * block of 64 KiB, within the header or in the tail (table and footer) if the damage is there; in a
 * log at the beginning of the first damaged frame, or within the header.
 */
final class RotJudge {
  private static final int BLOCK_BYTES = 1 << 16;
  private static final int HEADER_BYTES = 64;
  private static final int FRAME_HEADER_BYTES = 40;
  private static final int FOOTER_BYTES = 32;

  private final RotStore store;
  private final RotDamage damage;

  RotJudge(RotStore store, RotDamage damage) {
    this.store = store;
    this.damage = damage;
  }

  /** Whether an error's text names a damaged file. */
  boolean names(SagittaException error) {
    String message = String.valueOf(error.getMessage());
    return damage.files().stream().anyMatch(file -> message.contains(file.toString()));
  }

  /** Checks that an error tells of the damage. */
  void checkError(SagittaException error) {
    boolean directory =
        damage.changes().values().stream()
            .anyMatch(change -> change.shape() == RotDamage.Shape.DIRECTORY);
    if (directory && error instanceof StorageException && names(error)) {
      return;
    }
    if (!(error instanceof CorruptionException corrupt)) {
      throw new AssertionError("another error", error);
    }
    RotDamage.Change change = damage.changes().get(corrupt.file());
    if (change == null || !names(error)) {
      throw new AssertionError("names another file", error);
    }
    long offset = corrupt.offset();
    long bytesMax = Math.max(change.before().length, change.after().length);
    boolean within = offset >= 0 && offset <= bytesMax;
    if (!within || (change.contentOnly() && !near(corrupt.file(), change, offset))) {
      throw new AssertionError(
          "damaged are bytes %d to %d".formatted(change.first(), change.last()), error);
    }
  }

  private boolean near(Path file, RotDamage.Change change, long offset) {
    int first = change.first();
    int last = change.last();
    if (isLog(store.role(file))) {
      return first < LogFrame.LOG_HEADER_BYTES
          ? offset < LogFrame.LOG_HEADER_BYTES
          : offset == frameAt(file, first).map(LogFrame::start).orElse(first);
    }
    byte[] before = change.before();
    long bodyEnd =
        HEADER_BYTES
            + ByteBuffer.wrap(before)
                .order(ByteOrder.LITTLE_ENDIAN)
                .getLong(before.length - FOOTER_BYTES);
    if (offset >= bodyEnd) {
      return last >= bodyEnd;
    }
    if (offset > 0 && offset < HEADER_BYTES) {
      return first < HEADER_BYTES;
    }
    return first < bodyEnd
        && offset % BLOCK_BYTES == 0
        && offset / BLOCK_BYTES >= first / BLOCK_BYTES
        && offset / BLOCK_BYTES <= last / BLOCK_BYTES;
  }

  private static boolean isLog(Role role) {
    return role == Role.LOG || role == Role.LAST_LOG;
  }

  private Optional<LogFrame> frameAt(Path log, int offset) {
    return store.frames(log).stream()
        .filter(frame -> frame.start() <= offset && offset < frame.end())
        .findFirst();
  }

  /** Checks that a file of this role may come to that. */
  void checkAllowed(RotOutcome outcome) {
    // Two files at once may be those that vouch for each other.
    boolean allowed = damage.changes().size() > 1 && outcome == RotOutcome.REFUSED_AT_OPEN;
    for (var entry : damage.changes().entrySet()) {
      allowed |= allowed(entry.getKey(), entry.getValue()).contains(outcome);
    }
    if (!allowed) {
      throw new AssertionError(store.role(damage.files().getFirst()) + ": " + outcome);
    }
  }

  private Set<RotOutcome> allowed(Path file, RotDamage.Change change) {
    Role role = store.role(file);
    return switch (role) {
      case LOCK, OLDER_MANIFEST, OLDER_FILE ->
          change.shape() == RotDamage.Shape.DIRECTORY
              ? Set.of(RotOutcome.NOT_NEEDED, RotOutcome.REFUSED_AT_OPEN)
              : Set.of(RotOutcome.NOT_NEEDED);
      case NEWEST_MANIFEST ->
          switch (change.shape()) {
            case FILE -> Set.of(RotOutcome.STEPPED_OVER);
            // Nobody knows of it then, and the one before has everything.
            case NOTHING -> Set.of(RotOutcome.NOT_NEEDED);
            // An I/O error is not taken for damage.
            case DIRECTORY -> Set.of(RotOutcome.REFUSED_AT_OPEN);
          };
      case LINKS ->
          change.contentOnly()
              ? Set.of(RotOutcome.REBUILT)
              : Set.of(RotOutcome.STEPPED_OVER, RotOutcome.REFUSED_AT_OPEN);
      case SLOTS ->
          change.contentOnly()
              ? Set.of(RotOutcome.REFUSED_AT_OPEN)
              : Set.of(RotOutcome.STEPPED_OVER, RotOutcome.REFUSED_AT_OPEN);
      case VECTORS, PAYLOADS ->
          change.contentOnly()
              ? Set.of(RotOutcome.REFUSED_AT_OPEN, RotOutcome.REFUSED_AT_READ)
              : Set.of(RotOutcome.STEPPED_OVER, RotOutcome.REFUSED_AT_OPEN);
      case LOG, LAST_LOG -> {
        int at = intactBytes(change);
        boolean whole =
            change.shape() == RotDamage.Shape.FILE
                && store.frames(file).stream().allMatch(frame -> frame.seal() || frame.end() <= at)
                && at >= LogFrame.LOG_HEADER_BYTES;
        yield Set.of(whole ? RotOutcome.NOT_NEEDED : RotOutcome.REFUSED_AT_OPEN);
      }
    };
  }

  private static int intactBytes(RotDamage.Change change) {
    return change.first() >= 0
        ? change.first()
        : Math.min(change.before().length, change.after().length);
  }

  /**
   * Checks that nothing was given up but the end of the last log from the first damaged frame on,
   * which nothing undamaged proves durable.
   */
  void checkCut(long sequence) {
    Path log = damage.files().getFirst();
    RotDamage.Change change = damage.changes().get(log);
    if (change == null || store.role(log) != Role.LAST_LOG || damage.changes().size() > 1) {
      throw new AssertionError("is at sequence " + sequence);
    }
    List<LogFrame> frames = store.frames(log);
    int intact = intactBytes(change);
    LogFrame damaged =
        frames.stream().filter(frame -> frame.end() > intact).findFirst().orElseThrow();
    if (sequence != damaged.sequence() - 1) {
      throw new AssertionError("is at sequence " + sequence + ", first damaged is " + damaged);
    }
    List<LogFrame> undamaged = new ArrayList<>(frames);
    undamaged.removeIf(
        frame ->
            frame.start() <= change.last()
                || frame.start() + FRAME_HEADER_BYTES > change.after().length);
    if (damaged.provenBy(undamaged) || sequence < store.manifestDurable(log)) {
      throw new AssertionError("cut is what was durable: " + damaged);
    }
  }
}
