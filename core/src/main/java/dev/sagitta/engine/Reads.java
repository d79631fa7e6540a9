package dev.sagitta.engine;

import dev.sagitta.RecordId;
import dev.sagitta.VectorRecord;
import dev.sagitta.engine.CollectionState.Published;
import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Reads by id and reads of everything, each at one sequence. On the caller's thread, inside the
 * epoch; lock-free.
 */
final class Reads {
  private final CollectionState state;
  private final Epoch epoch;
  private final IdCodec ids;
  private final SlotReader slotReader;

  Reads(CollectionState state, Epoch epoch, IdCodec ids, SlotReader slotReader) {
    this.state = state;
    this.epoch = epoch;
    this.ids = ids;
    this.slotReader = slotReader;
  }

  Optional<VectorRecord> get(RecordId id) {
    byte[] key = ids.encode(id);
    int ticket = epoch.enter();
    try {
      int slot = state.find(key, state.published().sequence());
      return slot == SlotTable.NONE ? Optional.empty() : Optional.of(slotReader.record(slot));
    } finally {
      epoch.exit(ticket);
    }
  }

  boolean contains(RecordId id) {
    byte[] key = ids.encode(id);
    int ticket = epoch.enter();
    try {
      return state.find(key, state.published().sequence()) != SlotTable.NONE;
    } finally {
      epoch.exit(ticket);
    }
  }

  long count() {
    int ticket = epoch.enter();
    try {
      return state.published().live();
    } finally {
      epoch.exit(ticket);
    }
  }

  /** All records of now, read one by one as the stream is consumed. */
  Stream<VectorRecord> records() {
    int ticket = epoch.enter();
    try {
      return StreamSupport.stream(new Records(state.published()), false);
    } finally {
      epoch.exit(ticket);
    }
  }

  /** The records that are visible at one sequence, by slot. */
  private final class Records extends Spliterators.AbstractSpliterator<VectorRecord> {
    private final Published published;
    private int next;

    Records(Published published) {
      super(published.live(), Spliterator.SIZED | Spliterator.DISTINCT | Spliterator.NONNULL);
      this.published = published;
    }

    @Override
    public boolean tryAdvance(Consumer<? super VectorRecord> action) {
      int slot = nextVisible();
      if (slot == SlotTable.NONE) {
        return false;
      }
      VectorRecord record;
      int ticket = epoch.enter();
      try {
        record = slotReader.record(slot);
      } finally {
        epoch.exit(ticket);
      }
      action.accept(record);
      return true;
    }

    private int nextVisible() {
      int ticket = epoch.enter();
      try {
        while (next < published.slotCount()) {
          int slot = next++;
          if (state.slots().visible(slot, published.sequence())) {
            return slot;
          }
        }
        return SlotTable.NONE;
      } finally {
        epoch.exit(ticket);
      }
    }
  }
}
