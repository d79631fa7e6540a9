package dev.sagitta.persistence;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Reads the intact frames of logs that may be damaged, in the order of their sequences, and tells
 * what is missing between them. Not thread-safe. The strict counterpart is {@link LogChain}, whose
 * rules hold here as far as they can:
 *
 * <ul>
 *   <li>A log whose successor's header is intact ends where that header says. What lies behind is
 *       never looked at.
 *   <li>If that header is lost, it ends before the sequence of the successor's first frame. Where
 *       that frame is lost too, or the whole successor, it ends at its first bad frame, because
 *       what lies behind may be what recovery has cut.
 *   <li>A frame counts if its header, under the log's salt, and its payload have the right
 *       checksums. Behind a bad frame the next right header is searched; the last log is read on
 *       behind what opening would take for a torn tail and cut.
 *   <li>A sequence that is not above the last one is skipped: frames are copied from a log to its
 *       successor after a crash.
 *   <li>Where earlier frames are wanted too, they are read from the lowest log on that no missing
 *       log separates from those that must be there. Any of them may be the first: what is lost
 *       before it is no gap, what is lost behind it is one.
 * </ul>
 */
public final class IntactFrames implements Closeable {

  private final FileOperations files;
  private final Path directory;
  private final UUID storeId;
  private final DamageListener damage;
  private final LogGapListener gaps;

  /** By number; without a value where the header could not be read. */
  private final TreeMap<Long, Optional<LogHeaderCodec.Read>> headers = new TreeMap<>();

  private final long requiredLog;
  private @Nullable LogReader reader;
  private Limit limit = Limit.NONE;
  private long next;

  /** Whether any sequence may be the next: earlier ones are wanted, and no frame was given out. */
  private boolean earlier;

  /** Sequence of the last frame given out; before that, the one before the first that is due. */
  private long lastSequence;

  /** The highest sequence that is known to have been there. */
  private long knownSequence;

  /**
   * Where the first damage since the last frame is that may have cost one; without a file if there
   * is none.
   */
  private @Nullable Path damagedFile;

  private long damagedOffset;

  /** Whether a log since the last frame had a damaged header, so that its frames may be lost. */
  private boolean headless;

  /** What the last seal said, if the last log has one: its successor, or 0. */
  private OptionalLong sealed = OptionalLong.empty();

  /**
   * What is wanted, and what is known to have been there.
   *
   * @param firstLog the log to begin with, from 1
   * @param firstSequence the first sequence wanted, from 1
   * @param requiredLog a log that was there; 0 if none is known to
   * @param durableSequence a sequence that was there; below the first if none is known to
   * @param earlier whether earlier frames are wanted too, as far as there are any
   */
  public record Range(
      long firstLog, long firstSequence, long requiredLog, long durableSequence, boolean earlier) {

    /** Without earlier frames. */
    public Range(long firstLog, long firstSequence, long requiredLog, long durableSequence) {
      this(firstLog, firstSequence, requiredLog, durableSequence, false);
    }

    /** The log to begin with, of those that are there. */
    private long begin(List<Long> logs) {
      long begin = firstLog;
      if (earlier) {
        for (long number : logs.reversed()) {
          begin = number == begin - 1 ? number : begin;
        }
      }
      return begin;
    }
  }

  /**
   * Where a log ends by what its successor says.
   *
   * @param offset nothing at it or behind it is looked at
   * @param sequence neither it nor a later one is taken
   * @param readOn whether frames behind a bad one are taken
   */
  private record Limit(long offset, long sequence, boolean readOn) {
    static final Limit NONE = new Limit(Long.MAX_VALUE, Long.MAX_VALUE, true);

    /** Whether all up to a position is all that the log has. */
    boolean isReached(LogPosition position) {
      return position.offset() >= offset || position.sequence() + 1 >= sequence;
    }
  }

  private IntactFrames(
      FileOperations files,
      Path directory,
      UUID storeId,
      Range start,
      DamageListener damage,
      LogGapListener gaps) {
    this.files = files;
    this.directory = directory;
    this.storeId = storeId;
    this.damage = damage;
    this.gaps = gaps;
    lastSequence = start.firstSequence() - 1;
    knownSequence = Math.max(start.durableSequence(), lastSequence);
    requiredLog = start.requiredLog();
    earlier = start.earlier();
    next = start.firstLog();
  }

  /**
   * Prepares to read.
   *
   * @param logs numbers of the logs that are there, ascending
   */
  public static IntactFrames open(
      FileOperations files,
      Path directory,
      UUID storeId,
      List<Long> logs,
      Range start,
      DamageListener damage,
      LogGapListener gaps) {
    var scan = new IntactFrames(files, directory, storeId, start, damage, gaps);
    scan.next = start.begin(logs);
    for (long number : logs) {
      if (number >= scan.next) {
        scan.headers.put(number, scan.header(number));
      }
    }
    return scan;
  }

  private Optional<LogHeaderCodec.Read> header(long number) {
    Path file = file(number);
    try (FileHandle handle = PatchedHandle.open(files, file, damage)) {
      return Optional.of(LogHeaderCodec.salvage(handle, file, storeId, number, damage));
    } catch (IOException e) {
      damage.unusable(file, e);
      return Optional.empty();
    }
  }

  /** Goes to the next intact frame; whether there is one. */
  public boolean next() {
    while (true) {
      LogReader log = reader == null ? openNext() : reader;
      if (log == null) {
        tellEnd();
        return false;
      }
      reader = log;
      try {
        if (readOn(log)) {
          return true;
        }
      } catch (IOException e) {
        damage.unusable(log.file(), e);
        note(log.file(), log.end());
      }
      close();
    }
  }

  /** Sequence of the frame. */
  public long sequence() {
    return lastSequence;
  }

  /** Payload of the frame: read-only, little-endian, valid until {@link #next}. */
  public ByteBuffer payload() {
    return open().payload();
  }

  /** The frame as an error: it is intact, but its payload is not what belongs there. */
  public CorruptFileException malformed(RuntimeException cause) {
    return open()
        .malformed(new MalformedPayloadException(String.valueOf(cause.getMessage()), cause));
  }

  /** After the last frame: whether a seal proves that nothing was behind it. */
  public boolean endProven() {
    boolean none = headers.isEmpty() && requiredLog == 0;
    return none || (sealed.isPresent() && sealed.getAsLong() == 0 && damagedFile == null);
  }

  private LogReader open() {
    if (reader == null) {
      throw new IllegalStateException("no frame was read");
    }
    return reader;
  }

  /** Opens the next log that is there and of use; null if there is none. */
  private @Nullable LogReader openNext() {
    Map.Entry<Long, Optional<LogHeaderCodec.Read>> entry = headers.ceilingEntry(next);
    LogReader opened = null;
    while (entry != null && opened == null) {
      long number = entry.getKey();
      if (number > next) {
        Path missing = file(next);
        damage.unusable(missing, new NoSuchFileException(missing.toString()));
        note(missing, 0);
      }
      next = number + 1;
      sealed = OptionalLong.empty();
      limit = limit(number);
      entry
          .getValue()
          .ifPresentOrElse(read -> begin(read.header().firstSequence()), () -> headless = true);
      opened = openLog(number, entry.getValue());
      entry = headers.ceilingEntry(next);
    }
    return opened;
  }

  /** Takes what a log's header says of the logs before it. */
  private void begin(long firstSequence) {
    know(firstSequence - 1);
    if (firstSequence - 1 <= lastSequence) {
      // What is damaged there cost no frame.
      damagedFile = null;
      headless = false;
    }
  }

  private Limit limit(long number) {
    boolean last = headers.higherKey(number) == null && requiredLog <= number;
    if (last) {
      return Limit.NONE;
    }
    if (!headers.containsKey(number + 1)) {
      return new Limit(Long.MAX_VALUE, Long.MAX_VALUE, false);
    }
    return headers
        .getOrDefault(number + 1, Optional.empty())
        .map(read -> new Limit(previousEnd(read.header()), Long.MAX_VALUE, true))
        .orElseGet(() -> limitByFrames(number + 1));
  }

  private static long previousEnd(LogHeader header) {
    // A header that begins a store names no end.
    return header.previousEnd() < LogFormat.HEADER_BYTES ? Long.MAX_VALUE : header.previousEnd();
  }

  /** By the frames of a successor whose header is lost. */
  private Limit limitByFrames(long successor) {
    Path file = file(successor);
    // What is damaged is told of when it is the successor's turn.
    DamageListener untold = corrupt -> {};
    try (FileHandle handle = PatchedHandle.open(files, file, untold);
        LogReader log =
            LogReader.salvage(
                file, handle, LogHeaderCodec.saltOnly(handle, file, storeId, successor))) {
      Optional<LogPosition> before = FrameSearch.next(log, LogFormat.HEADER_BYTES).before();
      long sequence = before.map(position -> position.sequence() + 1).orElse(Long.MAX_VALUE);
      boolean first =
          before.map(LogPosition::offset).equals(Optional.of((long) LogFormat.HEADER_BYTES));
      return new Limit(Long.MAX_VALUE, sequence, first);
    } catch (IOException e) {
      return new Limit(Long.MAX_VALUE, Long.MAX_VALUE, false);
    }
  }

  private @Nullable LogReader openLog(long number, Optional<LogHeaderCodec.Read> known) {
    Path file = file(number);
    try {
      return Opened.open(
          PatchedHandle.open(files, file, damage),
          handle ->
              LogReader.salvage(
                  file,
                  handle,
                  known.isPresent()
                      ? known.get()
                      : LogHeaderCodec.saltOnly(handle, file, storeId, number)));
    } catch (IOException e) {
      // Its header has been told of already.
      note(file, 0);
      return null;
    }
  }

  /** Reads up to the next frame that counts; false at the end of the log. */
  private boolean readOn(LogReader log) throws IOException {
    while (!limit.isReached(log.position())) {
      switch (log.next()) {
        case DATA -> {
          if (log.end() <= limit.offset() && (earlier || log.lastSequence() > lastSequence)) {
            accept(log.lastSequence());
            return true;
          }
        }
        case SEAL -> {
          know(log.lastSequence());
          sealed = OptionalLong.of(log.sealedSuccessor());
          return false;
        }
        case BAD -> {
          if (!skip(log)) {
            return false;
          }
        }
      }
    }
    return false;
  }

  private void accept(long sequence) {
    if (sequence > lastSequence + 1) {
      Path at = damagedFile == null ? open().file() : damagedFile;
      long offset = damagedFile == null ? LogFormat.HEADER_BYTES : damagedOffset;
      gaps.gap(at, offset, lastSequence + 1, OptionalLong.of(sequence - 1));
    }
    damagedFile = null;
    headless = false;
    earlier = false;
    lastSequence = sequence;
    know(sequence);
  }

  /** Goes on behind a bad frame; false if nothing intact is behind it. */
  private boolean skip(LogReader log) throws IOException {
    long bad = log.end();
    FrameSearch.Found found = FrameSearch.next(log, bad);
    if (found.before().equals(Optional.of(log.position()))) {
      // The header is right, and yet the frame is not.
      found = FrameSearch.next(log, bad + LogFormat.FRAME_ALIGNMENT);
    }
    boolean atOnce = found.before().isPresent() && found.before().get().offset() == bad;
    // Of a log without header even the first frame does not follow what is known.
    boolean wanted = limit.readOn() || (atOnce && bad == LogFormat.HEADER_BYTES);
    boolean within =
        wanted && found.before().isPresent() && found.before().get().offset() < limit.offset();
    boolean cleanEnd =
        !within && limit.offset() == Long.MAX_VALUE && found.zeros() && bad <= log.size();
    if (!cleanEnd && !(atOnce && within)) {
      damage.damaged(log.bad());
      note(log.file(), bad);
    }
    if (within) {
      log.seek(found.before().get());
    }
    return within;
  }

  /** Tells what is known to be missing behind the last frame. */
  private void tellEnd() {
    long last = headers.isEmpty() ? 0 : headers.lastKey();
    long successor = Math.max(sealed.orElse(0), requiredLog > last ? requiredLog : 0);
    if (successor > last) {
      Path missing = file(Math.max(last + 1, next));
      if (damagedFile == null) {
        damage.unusable(missing, new NoSuchFileException(missing.toString()));
      }
      note(missing, 0);
      gaps.gap(place(), damagedOffset, lastSequence + 1, OptionalLong.empty());
    } else if (knownSequence > lastSequence || (headless && sealed.isEmpty())) {
      // Only a seal tells that there was no more.
      OptionalLong to = sealed.isPresent() ? OptionalLong.of(knownSequence) : OptionalLong.empty();
      gaps.gap(place(), damagedOffset, lastSequence + 1, to);
    }
  }

  private Path place() {
    return damagedFile == null ? file(Math.max(1, next - 1)) : damagedFile;
  }

  private void know(long sequence) {
    knownSequence = Math.max(knownSequence, sequence);
  }

  private void note(Path file, long offset) {
    if (damagedFile == null) {
      damagedFile = file;
      damagedOffset = offset;
    }
  }

  private Path file(long number) {
    return directory.resolve(FileKind.LOG.fileName(number));
  }

  /** Closes the log that is open. */
  @Override
  public void close() {
    LogReader open = reader;
    reader = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        damage.unusable(open.file(), e);
      }
    }
  }
}
