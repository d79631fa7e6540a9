package dev.sagitta.engine;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What a manifest says of its checkpoint, beside the list of files; opaque to the persistence
 * layer.
 *
 * <pre>
 * 32 bytes, little-endian
 *   0  int64  sequence      the newest operation that the checkpoint holds
 *   8  int64  live          records that live at that operation
 *  16  int64  recordsEnd    end of the record store at that operation
 *  24  int32  slotCount     slots up to that operation
 *  28  int32  pendingCount  slots listed as pending behind the rows of the slot file
 * </pre>
 */
record CheckpointState(long sequence, long live, long recordsEnd, int slotCount, int pendingCount) {
  private static final int BYTES = 32;

  /** Nothing stored yet. */
  static final CheckpointState EMPTY = new CheckpointState(0, 0, 0, 0, 0);

  byte[] encode() {
    return ByteBuffer.allocate(BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(sequence)
        .putLong(live)
        .putLong(recordsEnd)
        .putInt(slotCount)
        .putInt(pendingCount)
        .array();
  }

  /**
   * Reads back what {@link #encode} made.
   *
   * @throws IllegalArgumentException if the bytes are no such state
   */
  static CheckpointState decode(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new IllegalArgumentException(
          "checkpoint state of %d bytes, not %d".formatted(bytes.length, BYTES));
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    CheckpointState state =
        new CheckpointState(
            buffer.getLong(), buffer.getLong(), buffer.getLong(), buffer.getInt(), buffer.getInt());
    boolean valid =
        state.sequence >= 0
            && state.live >= 0
            && state.live <= state.slotCount
            && state.recordsEnd >= 0
            && state.pendingCount >= 0
            && state.pendingCount <= state.slotCount;
    if (!valid) {
      throw new IllegalArgumentException("impossible checkpoint state " + state);
    }
    return state;
  }

  /**
   * Whether a row can stand in the slot table of this checkpoint.
   *
   * @param rows little-endian
   * @param row index of the row's first byte
   */
  boolean allows(ByteBuffer rows, int row, int slot) {
    long born = rows.getLong(row + SlotTable.BORN);
    long dead = rows.getLong(row + SlotTable.DEAD);
    long address = rows.getLong(row + SlotTable.ADDRESS);
    int previous = rows.getInt(row + SlotTable.PREVIOUS);
    return born > 0
        && born <= sequence
        && dead > born
        && (dead <= sequence || dead == SlotTable.NEVER)
        && address >= 0
        && address < recordsEnd
        && address % RecordStore.ALIGNMENT_BYTES == 0
        && previous >= SlotTable.NONE
        && previous < slot;
  }
}
