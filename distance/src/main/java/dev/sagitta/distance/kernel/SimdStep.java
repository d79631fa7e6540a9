package dev.sagitta.distance.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * What a copy of {@link SimdSums} is made for.
 *
 * @param access how it gets at rows
 * @param load how it loads their elements
 * @param term what it adds
 * @param fold how it adds up the lanes
 */
record SimdStep(RowAccess access, LaneLoad load, LaneTerm term, LaneFold fold) {
  private static final int READ_AHEAD_ROW_BYTES_MAX = 512;

  VectorSpecies<Float> species() {
    return load.species();
  }

  /**
   * Whether C2 inlines a step eight times over in one loop. Bytes, which it converts, are near its
   * limit: with checks of extents, or with three operations after the conversion, beyond it.
   */
  boolean eightRows() {
    return switch (load) {
      case LaneLoad.Float32 _ -> true;
      case LaneLoad.Int8 _ ->
          access instanceof RowAccess.ByAddress
              && VirtualMachine.FAST_FMA
              && !(term instanceof LaneTerm.AbsoluteDifference);
      case LaneLoad.Float16 _, LaneLoad.Int8Narrow _ -> false;
    };
  }

  /**
   * Whether the first line of each row is asked for before the loop. Where elements are converted
   * the loop is so long that the processor does not see far ahead; in long rows it does not pay.
   */
  boolean readsAhead(int rowBytes) {
    return !(load instanceof LaneLoad.Float32) && rowBytes <= READ_AHEAD_ROW_BYTES_MAX;
  }

  FloatVector zero() {
    return FloatVector.zero(load.species());
  }
}
