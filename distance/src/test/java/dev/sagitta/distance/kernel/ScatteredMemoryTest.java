package dev.sagitta.distance.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ScatteredMemoryTest {
  private static final long MEBIBYTE = 1L << 20;

  @ParameterizedTest
  @ValueSource(longs = {1, 100, 2 * MEBIBYTE - 1, 2 * MEBIBYTE, 2 * MEBIBYTE + 1, 9 * MEBIBYTE})
  void givesZeroedMemoryOnACacheLine(long bytes) {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment memory = ScatteredMemory.allocate(arena, bytes);
      assertEquals(bytes, memory.byteSize());
      assertEquals(0, memory.address() % 64);
      assertTrue(memory.isNative());
      assertFalse(memory.isMapped());
      assertSame(arena.allocate(64).getClass(), memory.getClass());
      assertEquals(-1, memory.mismatch(arena.allocate(bytes)));
      memory.fill((byte) 1);
      assertEquals(1, memory.get(ValueLayout.JAVA_BYTE, bytes - 1));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {64, 4 * MEBIBYTE})
  void livesAsLongAsItsArena(long bytes) {
    MemorySegment memory;
    try (Arena arena = Arena.ofConfined()) {
      memory = ScatteredMemory.allocate(arena, bytes);
    }
    assertThrows(IllegalStateException.class, () -> memory.get(ValueLayout.JAVA_BYTE, bytes - 1));
  }

  /** More than there are addresses for, if none were given back. */
  @ParameterizedTest
  @ValueSource(longs = {1L << 30})
  void givesAddressesBack(long bytes) {
    for (int i = 0; i < 150_000 && ScatteredMemory.hugePages(); i++) {
      try (Arena arena = Arena.ofConfined()) {
        assertEquals(bytes, ScatteredMemory.allocate(arena, bytes).byteSize());
      }
    }
  }
}
