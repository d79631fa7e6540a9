package dev.sagitta.persistence;

import java.io.IOException;
import java.nio.file.Path;

/**
 * One run through a chain of logs, in order. Not thread-safe. The rules, and why they hold, are in
 * {@link LogChain}.
 */
final class LogReplay {

  private final FrameConsumer consumer;
  private long totalBytes;
  private long frames;

  LogReplay(FrameConsumer consumer) {
    this.consumer = consumer;
  }

  /** Reads a log that must be whole up to where its successor's header says that it ends. */
  void readUpTo(LogReader reader, LogHeader successor) throws IOException {
    long previousEnd = successor.previousEnd();
    if (previousEnd < LogFormat.HEADER_BYTES || previousEnd > reader.size()) {
      throw new CorruptFileException(
          reader.file(),
          reader.size(),
          "frames up to offset " + previousEnd + ", as log " + successor.number() + " says",
          "a file of " + reader.size() + " bytes");
    }
    while (reader.end() < previousEnd) {
      if (reader.next() != LogReader.Met.DATA) {
        throw corrupt(reader, successor);
      }
      accept(reader);
    }
    LogPosition expected =
        new LogPosition(
            successor.number() - 1,
            previousEnd,
            successor.firstSequence() - 1,
            successor.previousChain());
    if (!reader.position().equals(expected)) {
      throw new CorruptFileException(
          reader.file(),
          reader.end(),
          "the end that log " + successor.number() + " says: " + expected,
          reader.position().toString());
    }
    totalBytes += reader.end();
  }

  /** Reads the last log, whose end its own frames must tell. */
  LogEnd readLast(LogReader reader, Path directory) throws IOException {
    LogReader.Met met = reader.next();
    while (met == LogReader.Met.DATA) {
      accept(reader);
      met = reader.next();
    }
    boolean torn = met == LogReader.Met.BAD && LogTail.isTorn(reader);
    if (met == LogReader.Met.SEAL && reader.sealedSuccessor() != 0) {
      throw new CorruptFileException(
          directory.resolve(FileKind.LOG.fileName(reader.header().number() + 1)),
          0,
          "log " + reader.sealedSuccessor() + ", named by the seal of " + reader.file(),
          "no such file");
    }
    totalBytes += reader.end();
    return new LogEnd(
        reader.position(), reader.durable(), reader.header().epoch(), torn, totalBytes, frames);
  }

  private void accept(LogReader reader) throws IOException {
    frames++;
    try {
      consumer.accept(reader.lastSequence(), reader.payload());
    } catch (MalformedPayloadException e) {
      throw reader.malformed(e);
    }
  }

  private static CorruptFileException corrupt(LogReader reader, LogHeader successor) {
    String expected =
        reader.expected() + ", before the end that log " + successor.number() + " says";
    return new CorruptFileException(reader.file(), reader.end(), expected, reader.actual());
  }
}
