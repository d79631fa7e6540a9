package dev.sagitta.persistence;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.zip.CRC32C;

/** What tests of the log share: a directory, headers, and replays that remember. Stateless. */
final class LogFixture {

  static final Path ROOT = Path.of("/");
  static final UUID STORE = new UUID(1, 2);
  static final long SALT = 0x0123_4567_89AB_CDEFL;
  static final LogStart FRESH = new LogStart(1, 1, 0, 0, 0);

  /** As a manifest has it once log 1 is open. */
  static final LogStart WRITTEN = new LogStart(1, 1, 1, 1, 0);

  private LogFixture() {}

  /** What a replay gave. */
  record Replayed(LogEnd end, List<byte[]> payloads) {}

  static Path file(long number) {
    return ROOT.resolve(FileKind.LOG.fileName(number));
  }

  /** A new log 1 with a fixed salt. */
  static LogWriter newLog(FileOperations files) throws IOException {
    return LogWriter.create(files, ROOT, new LogHeader(STORE, 1, 1, SALT, 1, 0, 0));
  }

  static byte[] payload(long sequence) {
    return Payloads.of(sequence, (int) (sequence * 37 % 90));
  }

  /** Appends the payloads of the next sequences. */
  static void append(LogWriter log, int count) throws IOException {
    for (int i = 0; i < count; i++) {
      long sequence = log.lastSequence() + 1;
      log.append(sequence, ByteBuffer.wrap(payload(sequence)));
    }
  }

  /** By a manifest that requires log 1 if there is one, as before the first frame in it. */
  static Replayed replay(FileOperations files) throws IOException {
    return replay(files, files.exists(file(1)) ? WRITTEN : FRESH);
  }

  static Replayed replay(FileOperations files, LogStart start) throws IOException {
    var payloads = new ArrayList<byte[]>();
    LogEnd end =
        LogChain.replay(
            files,
            ROOT,
            STORE,
            start,
            (sequence, payload) -> {
              if (sequence != start.firstSequence() + payloads.size()) {
                throw new IllegalStateException("sequence " + sequence);
              }
              payloads.add(Payloads.copy(payload));
            });
    return new Replayed(end, payloads);
  }

  /** The machine after its process was killed, with a file's content replaced. */
  static SimulatedFiles withContent(SimulatedFiles files, Path file, byte[] content)
      throws IOException {
    files.delete(file);
    files.create(file).write(ByteBuffer.wrap(content), 0);
    return files;
  }

  /** A frame of log 1 as no writer makes it, with right CRCs. */
  static byte[] frame(
      int type, long sequence, long durableSequence, int previousChain, byte[] payload) {
    return frame(type, sequence, durableSequence, previousChain, payload.length, payload);
  }

  /** As above, with a length of its own. */
  static byte[] frame(
      int type,
      long sequence,
      long durableSequence,
      int previousChain,
      int payloadBytes,
      byte[] payload) {
    ByteBuffer frame =
        ByteBuffer.allocate(LogFormat.frameBytes(payload.length)).order(ByteOrder.LITTLE_ENDIAN);
    frame.put(LogFormat.FRAME_HEADER_BYTES, payload);
    frame.putInt(LogFormat.PAYLOAD_BYTES_OFFSET, payloadBytes);
    frame.putInt(LogFormat.TYPE_OFFSET, type);
    frame.putLong(LogFormat.SEQUENCE_OFFSET, sequence);
    frame.putLong(LogFormat.DURABLE_SEQUENCE_OFFSET, durableSequence);
    frame.putInt(LogFormat.PREVIOUS_FRAME_CHAIN_OFFSET, previousChain);
    var crc = new CRC32C();
    crc.update(frame.slice(LogFormat.FRAME_HEADER_BYTES, LogFormat.padded(payload.length)));
    frame.putInt(LogFormat.PAYLOAD_CRC_OFFSET, (int) crc.getValue());
    var frameCrc = new CRC32C();
    frameCrc.update(
        ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(0, SALT));
    frameCrc.update(frame.slice(0, LogFormat.FRAME_CRC_OFFSET));
    frame.putInt(LogFormat.FRAME_CRC_OFFSET, (int) frameCrc.getValue());
    return frame.array();
  }

  static byte[] concat(byte[]... parts) {
    int bytes = 0;
    for (byte[] part : parts) {
      bytes += part.length;
    }
    ByteBuffer whole = ByteBuffer.allocate(bytes);
    for (byte[] part : parts) {
      whole.put(part);
    }
    return whole.array();
  }

  /** Two logs: nine frames and a seal, and four frames behind. */
  static SimulatedFiles twoLogs() throws IOException {
    var files = new SimulatedFiles();
    LogWriter log = newLog(files);
    for (int i = 0; i < 3; i++) {
      append(log, 3);
      log.force();
    }
    try (LogWriter next = log.rotate()) {
      append(next, 4);
      next.write();
      files = files.killProcess();
    } catch (SimulatedCrash expected) {
      // The seal of a process that is gone.
    }
    return files;
  }
}
