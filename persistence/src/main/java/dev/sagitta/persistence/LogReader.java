package dev.sagitta.persistence;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * Reads the frames of one log front to back and says where the first bad one is. Not thread-safe.
 * Layout in {@link LogFormat}. Memory: one buffer of 1 MiB, which grows only for a longer frame
 * whose header is valid and which ends within the file.
 */
final class LogReader implements Closeable {

  /** What {@link #next} met. */
  enum Met {
    /** A valid frame that carries a payload. */
    DATA,
    /** A valid seal. */
    SEAL,
    /** Something else, or the end of the bytes; {@link #bad} says what. */
    BAD
  }

  private static final int BUFFER_BYTES = 1 << 20;

  private final Path file;
  private final FileHandle handle;
  private final LogHeader header;
  private final long size;
  private final FrameCrc frameCrc;
  private final CRC32C payloadCrc = new CRC32C();

  // Bytes of the file from `bufferOffset` on; position 0, limit at the last byte read.
  private ByteBuffer buffer;

  /** A view of the buffer, to be given to others. */
  private ByteBuffer readOnly;

  private long bufferOffset;

  private long end;
  private long lastSequence;
  private int chain;
  private int payloadStart;
  private int payloadBytes;
  private LogPosition durable;
  private LogPosition candidate;
  private String actual = "";

  private LogReader(Path file, FileHandle handle, LogHeaderCodec.Read read, long size) {
    this.file = file;
    this.handle = handle;
    this.header = read.header();
    this.size = size;
    this.frameCrc = new FrameCrc(header.salt());
    this.buffer = allocate((int) Math.min(size, BUFFER_BYTES));
    this.readOnly = readOnly(buffer);
    this.end = LogFormat.HEADER_BYTES;
    this.lastSequence = header.firstSequence() - 1;
    this.chain = read.chain();
    this.durable = position();
    this.candidate = durable;
  }

  /** Opens a log and checks its header; positioned before its first frame. */
  static LogReader open(FileOperations files, Path directory, UUID storeId, long number)
      throws IOException {
    Path file = directory.resolve(FileKind.LOG.fileName(number));
    return Opened.open(
        files.openForReading(file),
        handle -> {
          LogHeaderCodec.Read header = LogHeaderCodec.read(handle, file, storeId, number);
          return new LogReader(file, handle, header, handle.size());
        });
  }

  /**
   * A reader for salvage, positioned before the first frame.
   *
   * @param handle owned by the reader
   * @param header as the file has it, or as much of it as is known; its salt must be right
   */
  static LogReader salvage(Path file, FileHandle handle, LogHeaderCodec.Read header)
      throws IOException {
    return new LogReader(file, handle, header, handle.size());
  }

  /** Appends to a writer the frames that a replay found but nothing proves durable. */
  static void copyFrames(
      FileOperations files, Path directory, UUID storeId, LogEnd logEnd, LogWriter target)
      throws IOException {
    if (logEnd.durable().equals(logEnd.end())) {
      return;
    }
    try (LogReader reader = open(files, directory, storeId, logEnd.lastLogNumber())) {
      if (!logEnd.unproven()) {
        reader.seek(logEnd.durable());
      }
      while (reader.end < logEnd.endOffset()) {
        if (reader.next() != Met.DATA) {
          throw reader.bad();
        }
        target.append(reader.lastSequence, reader.payload());
      }
      if (!reader.position().equals(logEnd.end())) {
        throw new CorruptFileException(
            reader.file, reader.end, "the end " + logEnd.end(), "the end " + reader.position());
      }
    }
  }

  Path file() {
    return file;
  }

  FileHandle handle() {
    return handle;
  }

  LogHeader header() {
    return header;
  }

  /** Length of the file when it was opened. */
  long size() {
    return size;
  }

  /** The end of the last valid frame. */
  LogPosition position() {
    return new LogPosition(header.number(), end, lastSequence, chain);
  }

  /** End of the last valid frame in the file. */
  long end() {
    return end;
  }

  /** Sequence of the last valid data frame; one less than the first if there was none. */
  long lastSequence() {
    return lastSequence;
  }

  /** A position that frames read so far prove to have been forced, close to the last such. */
  LogPosition durable() {
    return durable;
  }

  /** Payload of the frame met last: read-only, little-endian, valid until {@link #next}. */
  ByteBuffer payload() {
    return readOnly.slice(payloadStart, payloadBytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The bad frame as an error. */
  CorruptFileException bad() {
    return new CorruptFileException(file, end, expected(), actual);
  }

  /** The frame met last as an error: it is intact, but its payload is not what belongs there. */
  CorruptFileException malformed(MalformedPayloadException cause) {
    CorruptFileException corrupt =
        new CorruptFileException(
            file,
            bufferOffset + payloadStart - LogFormat.FRAME_HEADER_BYTES,
            "an operation in the frame of sequence " + lastSequence,
            String.valueOf(cause.getMessage()));
    corrupt.initCause(cause);
    return corrupt;
  }

  /** What the bad frame should have been. */
  String expected() {
    return "a frame of sequence " + (lastSequence + 1);
  }

  /** What is wrong with the bad frame. */
  String actual() {
    return actual;
  }

  /** Reads the frame at the end of the last one; after a bad frame only errors may be asked for. */
  Met next() throws IOException {
    if (size - end < LogFormat.FRAME_HEADER_BYTES) {
      actual = "the end of the file after " + (size - end) + " bytes";
      return Met.BAD;
    }
    int start = fill(LogFormat.FRAME_HEADER_BYTES);
    int stored = buffer.getInt(start + LogFormat.FRAME_CRC_OFFSET);
    int computed = frameCrc.of(buffer, start);
    if (stored != computed) {
      actual = "header CRC " + Hex.of(stored) + ", computed " + Hex.of(computed);
      return Met.BAD;
    }
    int type = buffer.getInt(start + LogFormat.TYPE_OFFSET);
    long sequence = buffer.getLong(start + LogFormat.SEQUENCE_OFFSET);
    long durableSequence = buffer.getLong(start + LogFormat.DURABLE_SEQUENCE_OFFSET);
    int previousChain = buffer.getInt(start + LogFormat.PREVIOUS_FRAME_CHAIN_OFFSET);
    int bytes = buffer.getInt(start + LogFormat.PAYLOAD_BYTES_OFFSET);
    boolean data = type == LogFormat.DATA && sequence == lastSequence + 1;
    boolean seal = type == LogFormat.SEAL && sequence == lastSequence;
    if (!data && !seal) {
      actual = "a frame of type " + type + ", sequence " + sequence;
      return Met.BAD;
    }
    if (previousChain != chain || durableSequence > lastSequence) {
      actual =
          "a frame behind chain value "
              + Hex.of(previousChain)
              + " instead of "
              + Hex.of(chain)
              + ", durable sequence "
              + durableSequence;
      return Met.BAD;
    }
    if (bytes < 0
        || bytes > LogFormat.FRAME_PAYLOAD_MAX
        || (seal && bytes != LogFormat.SEAL_PAYLOAD_BYTES)
        || LogFormat.frameBytes(bytes) > size - end) {
      actual = "a payload of " + bytes + " bytes, the file ending after " + (size - end);
      return Met.BAD;
    }
    start = fill(LogFormat.frameBytes(bytes));
    payloadCrc.reset();
    payloadCrc.update(buffer.slice(start + LogFormat.FRAME_HEADER_BYTES, LogFormat.padded(bytes)));
    int payloadStored = buffer.getInt(start + LogFormat.PAYLOAD_CRC_OFFSET);
    if (payloadStored != (int) payloadCrc.getValue()) {
      actual =
          "payload CRC "
              + Hex.of(payloadStored)
              + ", computed "
              + Hex.of((int) payloadCrc.getValue());
      return Met.BAD;
    }
    noteDurable(seal ? lastSequence : durableSequence);
    payloadStart = start + LogFormat.FRAME_HEADER_BYTES;
    payloadBytes = bytes;
    if (seal) {
      actual = "a seal";
      return Met.SEAL;
    }
    end += LogFormat.frameBytes(bytes);
    lastSequence = sequence;
    chain = stored;
    return Met.DATA;
  }

  /** The successor that the seal just met names; 0 for none. */
  long sealedSuccessor() {
    return buffer.getLong(payloadStart);
  }

  @Override
  public void close() throws IOException {
    handle.close();
  }

  /** Goes on behind a position, whose sequence and chain value the next frame must follow. */
  void seek(LogPosition position) {
    end = position.offset();
    lastSequence = position.sequence();
    chain = position.chain();
    durable = position;
    candidate = position;
  }

  /**
   * Moves {@link #durable} up. Only one position behind it is remembered, so it may lag by a group
   * or two; what lies between is then merely copied once more than needed.
   */
  private void noteDurable(long durableSequence) {
    if (durableSequence >= lastSequence) {
      durable = position();
      candidate = durable;
    } else if (durableSequence >= candidate.sequence()) {
      durable = candidate;
      candidate = position();
    }
  }

  /**
   * Has so many bytes from {@link #end} on in the buffer. The caller has checked that the file has
   * them.
   *
   * @return the index in the buffer at which they begin
   */
  private int fill(int bytes) throws IOException {
    long start = end - bufferOffset;
    if (start >= 0 && start + bytes <= buffer.limit()) {
      return (int) start;
    }
    int kept = start >= 0 && start < buffer.limit() ? buffer.limit() - (int) start : 0;
    ByteBuffer target = bytes > buffer.capacity() ? allocate(bytes) : buffer;
    target.clear().put(0, buffer, kept == 0 ? 0 : (int) start, kept);
    target.limit((int) Math.min(target.capacity(), size - end)).position(kept);
    int count = handle.read(target, end + kept);
    target.flip();
    if (target.capacity() > buffer.capacity()) {
      buffer = target;
      readOnly = readOnly(target);
    }
    bufferOffset = end;
    if (kept + count < bytes) {
      throw new CorruptFileException(
          file, end + kept + count, "a file of " + size + " bytes", "its end");
    }
    return 0;
  }

  /** A view of a whole buffer, whatever its limit is now. */
  private static ByteBuffer readOnly(ByteBuffer buffer) {
    return buffer.asReadOnlyBuffer().clear();
  }

  private static ByteBuffer allocate(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN).limit(0);
  }
}
