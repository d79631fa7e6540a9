package dev.sagitta.engine;

import dev.sagitta.CorruptionException;
import dev.sagitta.engine.Extents.Extent;
import dev.sagitta.persistence.CorruptFileException;
import dev.sagitta.persistence.MappedBlockFile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.agrona.BitUtil;

/**
 * The ids and payloads of all slots: one blob per slot, appended, never changed.
 *
 * <pre>
 * blob, 8-byte aligned, within one extent, little-endian
 *   0  int32  idBytes
 *   4  int32  payloadBytes
 *   8  id, then payload, then zeros up to a multiple of 8
 * </pre>
 *
 * <p>An address is extent index * extent size + offset. Blobs are written by the write lane before
 * their slot is published; readers hold the epoch.
 */
final class RecordStore {
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final int HEADER_BYTES = 8;

  /** Every address is a multiple of it. */
  static final int ALIGNMENT_BYTES = 8;

  private final Extents extents;

  /** Where the next blob goes, unless it would cross the end of an extent; of the write lane. */
  private long end;

  /**
   * A store over extents.
   *
   * @param end the end of what the extents hold
   */
  RecordStore(Extents extents, long end) {
    this.extents = extents;
    this.end = end;
  }

  /** Bytes of a blob. */
  static long blobBytes(int idBytes, int payloadBytes) {
    return align(HEADER_BYTES + (long) idBytes + payloadBytes);
  }

  Extents extents() {
    return extents;
  }

  /** The address behind the last blob. Write lane only. */
  long end() {
    return end;
  }

  /**
   * Makes the extent writable at whose end the store is. Write lane only.
   *
   * @throws CorruptionException if a checkpoint stored it part full and it is damaged
   */
  void prepare() {
    extents.writable((int) (end / extents.extentBytes()));
  }

  /** Stores an id and a payload and returns their address. Write lane only. */
  long append(byte[] id, byte[] payload) {
    long bytes = blobBytes(id.length, payload.length);
    long extentBytes = extents.extentBytes();
    long room = extentBytes - end % extentBytes;
    if (bytes > room) {
      // From here on the rest of the extent counts as stored, as zeros, but the file of a part full
      // extent ends before it.
      extents.writable((int) (end / extentBytes));
      end += room;
    }
    long address = end;
    MemorySegment extent = extents.writable((int) (address / extentBytes));
    long offset = address % extentBytes;
    extent.set(INT, offset, id.length);
    extent.set(INT, offset + 4, payload.length);
    MemorySegment.copy(id, 0, extent, ValueLayout.JAVA_BYTE, offset + HEADER_BYTES, id.length);
    MemorySegment.copy(
        payload,
        0,
        extent,
        ValueLayout.JAVA_BYTE,
        offset + HEADER_BYTES + id.length,
        payload.length);
    end += bytes;
    return address;
  }

  /** Whether the blob's id has these bytes. */
  boolean hasId(long address, byte[] id) {
    Extent extent = extentAt(address);
    long offset = verifyBlob(extent, address);
    if (extent.memory().get(INT, offset) != id.length) {
      return false;
    }
    long from = offset + HEADER_BYTES;
    return MemorySegment.mismatch(
            extent.memory(), from, from + id.length, MemorySegment.ofArray(id), 0, id.length)
        < 0;
  }

  /**
   * Compares the ids of two blobs byte by byte.
   *
   * @param signed whether the first bytes are signed; all others are not
   */
  int compareIds(long address, long other, boolean signed) {
    Extent extent = extentAt(address);
    Extent otherExtent = extentAt(other);
    long id = verifyBlob(extent, address) + HEADER_BYTES;
    long otherId = verifyBlob(otherExtent, other) + HEADER_BYTES;
    int bytes = extent.memory().get(INT, id - HEADER_BYTES);
    int otherBytes = otherExtent.memory().get(INT, otherId - HEADER_BYTES);
    long at =
        MemorySegment.mismatch(
            extent.memory(), id, id + bytes, otherExtent.memory(), otherId, otherId + otherBytes);
    if (at < 0 || at == Math.min(bytes, otherBytes)) {
      return Integer.compare(bytes, otherBytes);
    }
    byte first = extent.memory().get(ValueLayout.JAVA_BYTE, id + at);
    byte second = otherExtent.memory().get(ValueLayout.JAVA_BYTE, otherId + at);
    return signed && at == 0 ? Byte.compare(first, second) : Byte.compareUnsigned(first, second);
  }

  /** A copy of the blob's id. */
  byte[] id(long address) {
    Extent extent = extentAt(address);
    long offset = verifyBlob(extent, address);
    return copy(extent, offset + HEADER_BYTES, extent.memory().get(INT, offset));
  }

  /** A copy of the blob's payload. */
  byte[] payload(long address) {
    Extent extent = extentAt(address);
    long offset = verifyBlob(extent, address);
    int idBytes = extent.memory().get(INT, offset);
    return copy(extent, offset + HEADER_BYTES + idBytes, extent.memory().get(INT, offset + 4));
  }

  private Extent extentAt(long address) {
    Extent[] now = extents.now();
    long index = address / extents.extentBytes();
    if (address < 0 || index >= now.length) {
      throw new IllegalStateException(
          "address %d lies beyond the %d extents".formatted(address, now.length));
    }
    return now[(int) index];
  }

  /** Checks the blob's blocks and lengths, and returns its offset in the extent. */
  private long verifyBlob(Extent extent, long address) {
    long offset = address % extents.extentBytes();
    MemorySegment memory = extent.memory();
    checkWithin(extent, offset, HEADER_BYTES);
    extents.ensureVerified(extent, offset, HEADER_BYTES);
    long bytes =
        HEADER_BYTES
            + Integer.toUnsignedLong(memory.get(INT, offset))
            + Integer.toUnsignedLong(memory.get(INT, offset + 4));
    checkWithin(extent, offset, bytes);
    extents.ensureVerified(extent, offset, bytes);
    return offset;
  }

  private static void checkWithin(Extent extent, long offset, long bytes) {
    long room = extent.memory().byteSize() - offset;
    if (bytes > room) {
      throw malformed(
          extent,
          offset,
          new IllegalArgumentException("a blob of %d bytes, %d are left".formatted(bytes, room)));
    }
  }

  /**
   * What is to be thrown where a blob is intact and yet no id and payload: its file was damaged in
   * a way that checksums do not show, or, where it was never in one, this library is wrong.
   */
  RuntimeException malformed(long address, IllegalArgumentException cause) {
    return malformed(extentAt(address), address % extents.extentBytes(), cause);
  }

  private static RuntimeException malformed(
      Extent extent, long offset, IllegalArgumentException cause) {
    MappedBlockFile file = extent.origin(offset);
    if (file == null) {
      return new IllegalStateException("malformed record in memory", cause);
    }
    CorruptFileException corrupt =
        new CorruptFileException(
            file.path(),
            MappedBlockFile.BODY_OFFSET + offset,
            "an id and a payload",
            String.valueOf(cause.getMessage()));
    corrupt.initCause(cause);
    return Failures.translate("reading a record", corrupt);
  }

  private static byte[] copy(Extent extent, long offset, int bytes) {
    byte[] copy = new byte[bytes];
    MemorySegment.copy(extent.memory(), ValueLayout.JAVA_BYTE, offset, copy, 0, bytes);
    return copy;
  }

  private static long align(long bytes) {
    return BitUtil.align(bytes, ALIGNMENT_BYTES);
  }
}
