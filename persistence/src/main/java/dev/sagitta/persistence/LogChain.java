package dev.sagitta.persistence;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * Replays the logs of a collection from a manifest's first to the last one there. Changes nothing
 * on disk. Stateless.
 *
 * <p>What is trusted, and why:
 *
 * <ul>
 *   <li>A log with a successor ends where the successor's header says. The header was durable
 *       before the first frame of the successor was written, and all before that end was forced
 *       before the header was written. So anything wrong before that end is damage; of what lies
 *       behind it (a seal, a torn seal, a cut tail) only a seal that names the successor matters.
 *   <li>Only the last log may have a torn tail; {@link LogTail} tells it from damage.
 *   <li>Log numbers have no gaps: logs are deleted from the front only, and none is made behind one
 *       whose name may be lost: a last log that neither the manifest requires nor a seal names is
 *       made again ({@link LogEnd#durable}).
 * </ul>
 */
public final class LogChain {

  private LogChain() {}

  /**
   * Reads and verifies all frames. The consumer gets frames before the rest of the chain has been
   * verified; if this throws, what it got must not be used.
   *
   * @param start from the manifest: {@link Manifest#logStart}
   * @throws CorruptFileException if frames that were durable are missing or damaged
   * @throws FormatVersionException if a newer library wrote a log
   * @throws WrongStoreException if a log belongs to another store
   */
  public static LogEnd replay(
      FileOperations files, Path directory, UUID storeId, LogStart start, FrameConsumer consumer)
      throws IOException {
    return replay(files, directory, storeId, start, LogLimit.NONE, consumer);
  }

  /** As above, but only up to a limit, because a writer may go on behind it. */
  public static LogEnd replay(
      FileOperations files,
      Path directory,
      UUID storeId,
      LogStart start,
      LogLimit limit,
      FrameConsumer consumer)
      throws IOException {
    try (LogScan scan = LogScan.open(files, directory, storeId, start, limit)) {
      if (scan.logs() == 0) {
        var none = new LogPosition(0, 0, start.firstSequence() - 1, 0);
        requireDurable(directory.resolve(FileKind.LOG.fileName(start.firstLog())), none, start);
        return new LogEnd(none, none, start.epoch(), false, 0, 0);
      }
      boolean more = true;
      while (more) {
        more = scan.next(consumer);
      }
      return scan.end();
    }
  }

  /** The highest log number there within the limit, after checking that none is missing. */
  private static long lastLog(FileOperations files, Path directory, LogStart start, LogLimit limit)
      throws IOException {
    long last = start.firstLog() - 1;
    long count = 0;
    for (String name : files.list(directory)) {
      OptionalLong number = FileKind.LOG.number(name);
      if (number.isPresent()
          && number.getAsLong() >= start.firstLog()
          && number.getAsLong() <= limit.lastLog()) {
        last = Math.max(last, number.getAsLong());
        count++;
      }
    }
    long required = Math.max(last, start.requiredLog());
    if (count < required - start.firstLog() + 1) {
      // Ends at the first gap, hence after at most count + 1 steps.
      long missing = start.firstLog();
      while (files.exists(directory.resolve(FileKind.LOG.fileName(missing)))) {
        missing++;
      }
      throw new CorruptFileException(
          directory.resolve(FileKind.LOG.fileName(missing)),
          0,
          "a log: all from " + start.firstLog() + " to " + required + " are needed",
          "no such file");
    }
    return last;
  }

  /** The headers of all logs within the limit, after checking that none is missing. */
  static List<LogHeader> readHeaders(
      FileOperations files, Path directory, UUID storeId, LogStart start, LogLimit limit)
      throws IOException {
    long last = lastLog(files, directory, start, limit);
    var headers = new ArrayList<LogHeader>();
    long epoch = 1;
    for (long number = start.firstLog(); number <= last; number++) {
      Path file = directory.resolve(FileKind.LOG.fileName(number));
      LogHeader header;
      try (FileHandle handle = files.openForReading(file)) {
        header = LogHeaderCodec.read(handle, file, storeId, number).header();
      }
      if (number == start.firstLog() && header.firstSequence() != start.firstSequence()) {
        throw new CorruptFileException(
            file,
            LogFormat.FIRST_SEQUENCE_OFFSET,
            "first sequence " + start.firstSequence(),
            "first sequence " + header.firstSequence());
      }
      boolean required = number == start.requiredLog();
      if (header.epoch() < epoch || (required && header.epoch() != start.epoch())) {
        throw new CorruptFileException(
            file,
            LogFormat.EPOCH_OFFSET,
            required ? "epoch " + start.epoch() : "epoch " + epoch + " or later",
            "epoch " + header.epoch());
      }
      epoch = header.epoch();
      headers.add(header);
    }
    return headers;
  }

  static void requireDurable(Path file, LogPosition end, LogStart start)
      throws CorruptFileException {
    if (end.sequence() < start.durableSequence()) {
      throw new CorruptFileException(
          file,
          end.offset(),
          "frames up to sequence " + start.durableSequence() + ", durable by the manifest",
          "the end at sequence " + end.sequence());
    }
  }
}
