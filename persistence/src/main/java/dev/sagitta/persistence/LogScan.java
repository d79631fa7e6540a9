package dev.sagitta.persistence;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One run through a chain of logs, in order, a frame at a time. Changes nothing on disk. Not
 * thread-safe. The rules, and why they hold, are in {@link LogChain}.
 *
 * <p>After a {@link CorruptFileException} or {@link UnreadableFileException} the scan may be
 * continued, for who only looks: it goes on with the next log, whose header tells where its frames
 * begin.
 */
public final class LogScan implements Closeable {

  private final FileOperations files;
  private final Path directory;
  private final UUID storeId;
  private final LogStart start;
  private final LogLimit limit;
  private final List<LogHeader> headers;

  /** Which of the headers' logs is being read. */
  private int index;

  private @Nullable LogReader reader;
  private @Nullable LogEnd end;

  /** Whether the log before the last one was sealed, which says that the last one has its name. */
  private boolean lastIsNamed;

  private long totalBytes;
  private long frames;

  private LogScan(
      FileOperations files,
      Path directory,
      UUID storeId,
      LogStart start,
      LogLimit limit,
      List<LogHeader> headers) {
    this.files = files;
    this.directory = directory;
    this.storeId = storeId;
    this.start = start;
    this.limit = limit;
    this.headers = headers;
  }

  /**
   * Reads and checks the headers of all logs; positioned before the first frame.
   *
   * @param start from the manifest: {@link Manifest#logStart}
   * @throws CorruptFileException if a log is missing or its header is damaged
   * @throws UnreadableFileException if the file system cannot read a header
   * @throws FormatVersionException if a newer library wrote a log
   * @throws WrongStoreException if a log belongs to another store
   */
  public static LogScan open(
      FileOperations files, Path directory, UUID storeId, LogStart start, LogLimit limit)
      throws IOException {
    List<LogHeader> headers = LogChain.readHeaders(files, directory, storeId, start, limit);
    return new LogScan(files, directory, storeId, start, limit, headers);
  }

  /**
   * Reads and verifies the next frame.
   *
   * @return false at the end of the last log
   * @throws CorruptFileException if frames that were durable are missing or damaged; the next call
   *     goes on with the next log
   * @throws UnreadableFileException if the file system cannot read them; likewise
   */
  public boolean next(FrameConsumer consumer) throws IOException {
    try {
      while (index < headers.size()) {
        LogReader current = reader == null ? openReader() : reader;
        if (nextOf(current)) {
          frames++;
          accept(current, consumer);
          return true;
        }
        closeReader();
      }
      return false;
    } catch (IOException | RuntimeException | Error e) {
      closeAfter(e);
      throw e;
    }
  }

  private boolean nextOf(LogReader current) throws IOException {
    try {
      return index + 1 < headers.size()
          ? nextUpTo(current, headers.get(index + 1))
          : nextOfLast(current);
    } catch (IOException e) {
      throw UnreadableFileException.at(current.file(), current.end(), e);
    }
  }

  private LogReader openReader() throws IOException {
    LogReader opened = LogReader.open(files, directory, storeId, headers.get(index).number());
    reader = opened;
    return opened;
  }

  /** The next frame of a log that must be whole up to where its successor's header says. */
  private boolean nextUpTo(LogReader current, LogHeader successor) throws IOException {
    long previousEnd = successor.previousEnd();
    if (previousEnd < LogFormat.HEADER_BYTES || previousEnd > current.size()) {
      throw new CorruptFileException(
          current.file(),
          current.size(),
          "frames up to offset " + previousEnd + ", as log " + successor.number() + " says",
          "a file of " + current.size() + " bytes");
    }
    if (current.end() < previousEnd) {
      if (current.next() != LogReader.Met.DATA) {
        String expected =
            current.expected() + ", before the end that log " + successor.number() + " says";
        throw new CorruptFileException(current.file(), current.end(), expected, current.actual());
      }
      return true;
    }
    LogPosition expected =
        new LogPosition(
            successor.number() - 1,
            previousEnd,
            successor.firstSequence() - 1,
            successor.previousChain());
    if (!current.position().equals(expected)) {
      throw new CorruptFileException(
          current.file(),
          current.end(),
          "the end that log " + successor.number() + " says: " + expected,
          current.position().toString());
    }
    lastIsNamed = names(current, successor);
    return false;
  }

  /**
   * Whether a seal behind a log's end names its successor. Where it cannot be read, none does: then
   * the successor is made again, which does no harm.
   */
  private static boolean names(LogReader current, LogHeader successor) {
    LogPosition end = current.position();
    try {
      return current.next() == LogReader.Met.SEAL
          && current.sealedSuccessor() == successor.number();
    } catch (IOException unreadable) {
      return false;
    } finally {
      current.seek(end);
    }
  }

  /** The next frame of the last log, whose end the limit or its own frames must tell. */
  private boolean nextOfLast(LogReader current) throws IOException {
    if (limit.bounded() && current.lastSequence() >= limit.sequence()) {
      end(current, false);
      return false;
    }
    LogReader.Met met = current.next();
    if (met == LogReader.Met.DATA) {
      return true;
    }
    if (limit.bounded()) {
      throw new CorruptFileException(
          current.file(),
          current.end(),
          current.expected() + ", as those up to " + limit.sequence() + " are durable",
          current.actual());
    }
    boolean torn = met == LogReader.Met.BAD && LogTail.isTorn(current);
    if (met == LogReader.Met.SEAL && current.sealedSuccessor() != 0) {
      requireThere(current);
    }
    end(current, torn);
    return false;
  }

  /**
   * Refuses a log whose successor is lost. One that was made since the scan began, beyond its
   * limit, is none of it: the log was the last, and made again meanwhile.
   */
  private void requireThere(LogReader sealed) throws IOException {
    Path successor = directory.resolve(FileKind.LOG.fileName(sealed.header().number() + 1));
    if (!files.exists(successor)) {
      throw new CorruptFileException(
          successor,
          0,
          "log " + sealed.sealedSuccessor() + ", named by the seal of " + sealed.file(),
          "no such file");
    }
  }

  private void end(LogReader last, boolean torn) throws CorruptFileException {
    LogChain.requireDurable(last.file(), last.position(), start);
    boolean named = lastIsNamed || last.header().number() <= start.requiredLog();
    end =
        new LogEnd(
            last.position(),
            named ? last.durable() : last.header().before(),
            last.header().epoch(),
            torn,
            totalBytes + last.end(),
            frames);
  }

  private static void accept(LogReader current, FrameConsumer consumer) throws IOException {
    try {
      consumer.accept(current.lastSequence(), current.payload());
    } catch (MalformedPayloadException e) {
      throw current.malformed(e);
    }
  }

  /** Where the last log ended; after {@link #next} gave false and never threw. */
  LogEnd end() {
    if (end == null) {
      throw new IllegalStateException("the end was not reached");
    }
    return end;
  }

  /** Bytes of the files of all logs, as they are now, what is behind the limit among them. */
  public long fileBytes() throws IOException {
    long bytes = 0;
    for (LogHeader header : headers) {
      Path file = directory.resolve(FileKind.LOG.fileName(header.number()));
      try (FileHandle handle = files.openForReading(file)) {
        bytes += handle.size();
      }
    }
    return bytes;
  }

  /** How many logs there are. */
  public int logs() {
    return headers.size();
  }

  /** Bytes read so far. */
  public long readBytes() {
    return totalBytes + (reader == null ? 0 : reader.end());
  }

  @Override
  public void close() throws IOException {
    index = headers.size();
    LogReader current = reader;
    reader = null;
    if (current != null) {
      current.close();
    }
  }

  private void closeReader() throws IOException {
    LogReader current = reader;
    reader = null;
    index++;
    if (current != null) {
      totalBytes += current.end();
      current.close();
    }
  }

  private void closeAfter(Throwable cause) {
    try {
      closeReader();
    } catch (IOException suppressed) {
      cause.addSuppressed(suppressed);
    }
  }
}
