package dev.sagitta.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.HexFormat;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

final class CheckpointStateTest {
  @Property(edgeCases = EdgeCasesMode.NONE)
  void readsBackWhatItWrote(
      @ForAll @LongRange(min = 0) long sequence,
      @ForAll @LongRange(min = 0) long recordsEnd,
      @ForAll @IntRange(min = 0) int slotCount,
      @ForAll @IntRange(min = 0) int live,
      @ForAll @IntRange(min = 0) int pending) {
    CheckpointState state =
        new CheckpointState(
            sequence,
            Math.min(live, slotCount),
            recordsEnd,
            slotCount,
            Math.min(pending, slotCount));
    assertEquals(state, CheckpointState.decode(state.encode()));
  }

  /** The bytes are in files, so they must stay what they are. */
  @Test
  void writesTheBytesOfTheFormat() {
    assertEquals(
        "0100000000000000" + "0200000000000000" + "0300000000000000" + "04000000" + "01000000",
        HexFormat.of().formatHex(new CheckpointState(1, 2, 3, 4, 1).encode()));
    assertEquals("00".repeat(32), HexFormat.of().formatHex(CheckpointState.EMPTY.encode()));
  }

  @Test
  void refusesWhatCannotBe() {
    CheckpointState[] impossible = {
      new CheckpointState(-1, 0, 0, 0, 0),
      new CheckpointState(1, -1, 0, 1, 0),
      new CheckpointState(1, 2, 0, 1, 0),
      new CheckpointState(1, 1, -1, 1, 0),
      new CheckpointState(1, 0, 0, -1, 0),
      new CheckpointState(1, 1, 0, 1, 2),
      new CheckpointState(1, 1, 0, 1, -1)
    };
    for (CheckpointState state : impossible) {
      assertEquals(
          "impossible checkpoint state " + state,
          assertThrows(IllegalArgumentException.class, () -> CheckpointState.decode(state.encode()))
              .getMessage());
    }
    assertEquals(
        "checkpoint state of 33 bytes, not 32",
        assertThrows(IllegalArgumentException.class, () -> CheckpointState.decode(new byte[33]))
            .getMessage());
  }
}
