package dev.sagitta.distance.kernel;

import java.lang.foreign.MemorySegment;

/** Loads an element of a row as a float. */
sealed interface ScalarLoad {
  /** The element at an index of the row that starts at an offset. */
  float load(MemorySegment row, long offset, int index);

  /** FLOAT32. */
  record Float32() implements ScalarLoad {
    @Override
    public float load(MemorySegment row, long offset, int index) {
      return row.get(RowLayout.FLOAT, offset + (long) index * Float.BYTES);
    }
  }

  /** FLOAT16. */
  record Float16() implements ScalarLoad {
    @Override
    public float load(MemorySegment row, long offset, int index) {
      return Float.float16ToFloat(row.get(RowLayout.SHORT, offset + (long) index * Short.BYTES));
    }
  }

  /** INT8. */
  record Int8() implements ScalarLoad {
    @Override
    public float load(MemorySegment row, long offset, int index) {
      return row.get(RowLayout.BYTE, offset + index);
    }
  }
}
