package dev.sagitta.engine;

import dev.sagitta.IdType;
import dev.sagitta.Payload;
import dev.sagitta.RecordId;
import dev.sagitta.VectorRecord;
import java.util.function.Function;

/** What a slot holds, as the API's values. The caller holds the epoch; thread-safe. */
final class SlotReader {
  private final CollectionState state;
  private final IdType type;
  private final IdCodec ids;

  SlotReader(CollectionState state, IdType type) {
    this.state = state;
    this.type = type;
    this.ids = new IdCodec(type);
  }

  /**
   * The slot's id.
   *
   * @throws dev.sagitta.CorruptionException if its bytes are damaged
   */
  RecordId id(int slot) {
    long address = state.slots().address(slot);
    return decode(address, state.records().id(address), ids::decode);
  }

  /**
   * The slot's payload.
   *
   * @throws dev.sagitta.CorruptionException if its bytes are damaged
   */
  Payload payload(int slot) {
    long address = state.slots().address(slot);
    return decode(address, state.records().payload(address), PayloadCodec::decode);
  }

  /**
   * The slot's record.
   *
   * @throws dev.sagitta.CorruptionException if its bytes are damaged
   */
  VectorRecord record(int slot) {
    return new VectorRecord(id(slot), state.vectors().read(slot), payload(slot));
  }

  /**
   * Whether a slot's id comes before another's in the order of {@link RecordId}. Allocates nothing.
   *
   * @throws dev.sagitta.CorruptionException if the bytes of one are damaged
   */
  boolean idBefore(int slot, int other) {
    // The first byte of a LONG id holds the sign.
    return state
            .records()
            .compareIds(
                state.slots().address(slot), state.slots().address(other), type == IdType.LONG)
        < 0;
  }

  private <T> T decode(long address, byte[] bytes, Function<byte[], T> decoder) {
    try {
      return decoder.apply(bytes);
    } catch (IllegalArgumentException e) {
      throw state.records().malformed(address, e);
    }
  }
}
