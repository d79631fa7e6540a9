package dev.sagitta.distance.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Adds up the lanes of four rows at once. Lanes half a vector apart are added first, then those a
 * quarter apart, and so on: always in that order, so that a sum has the same bits whether C2 has
 * compiled it or not, for which {@code reduceLanes} does not care.
 *
 * <p>The first step makes two vectors of four, each of the halves of two rows; the second one makes
 * one of these, which has a row in each quarter. A record, because C2 takes the fields of a
 * constant record for constants.
 *
 * @param species of the vectors, which have 4, 8 or 16 lanes
 * @param upperHalf the lanes of the upper half
 * @param upperQuarters the lanes of the second and the fourth quarter
 * @param halves swaps the halves
 * @param quarters swaps the quarters of each half
 * @param eighths swaps the eighths of each quarter
 * @param sixteenths swaps the sixteenths of each eighth
 * @param together moves the first lane of each quarter to the front
 */
record LaneFold(
    VectorSpecies<Float> species,
    VectorMask<Float> upperHalf,
    VectorMask<Float> upperQuarters,
    VectorShuffle<Float> halves,
    VectorShuffle<Float> quarters,
    VectorShuffle<Float> eighths,
    VectorShuffle<Float> sixteenths,
    VectorShuffle<Float> together) {
  LaneFold(VectorSpecies<Float> species) {
    this(
        species,
        upper(species, 2),
        upper(species, 4),
        swapped(species, 2),
        swapped(species, 4),
        swapped(species, 8),
        swapped(species, 16),
        VectorShuffle.fromOp(species, lane -> lane % 4 * (species.length() / 4)));
  }

  /** The lanes of every second part of a vector. */
  private static VectorMask<Float> upper(VectorSpecies<Float> species, int parts) {
    boolean[] upper = new boolean[species.length()];
    for (int lane = 0; lane < upper.length; lane++) {
      upper[lane] = (lane & (upper.length / parts)) != 0;
    }
    return VectorMask.fromArray(species, upper, 0);
  }

  /** Swaps every two parts of a vector; where there are fewer lanes than parts, none. */
  private static VectorShuffle<Float> swapped(VectorSpecies<Float> species, int parts) {
    int distance = species.length() / parts;
    return VectorShuffle.fromOp(species, lane -> lane ^ distance);
  }

  /**
   * Adds up the lanes of each of four rows.
   *
   * @param lanes of many rows, one behind the other; the sums of four are written to where as many
   *     numbers as there are rows before them begin, and the lanes of these rows are lost
   * @param row the first of the four, a multiple of four
   */
  void fold(float[] lanes, int row) {
    int length = species.length();
    int first = row * length;
    FloatVector row0 = FloatVector.fromArray(species, lanes, first);
    FloatVector row1 = FloatVector.fromArray(species, lanes, first + length);
    FloatVector row2 = FloatVector.fromArray(species, lanes, first + 2 * length);
    FloatVector row3 = FloatVector.fromArray(species, lanes, first + 3 * length);
    FloatVector even = merged(row0, row2, upperHalf, halves);
    FloatVector odd = merged(row1, row3, upperHalf, halves);
    FloatVector sums = merged(even, odd, upperQuarters, quarters);
    if (length > 4) {
      sums = sums.add(sums.rearrange(eighths));
    }
    if (length > 8) {
      sums = sums.add(sums.rearrange(sixteenths));
    }
    if (length > 4) {
      sums = sums.rearrange(together);
    }
    sums.intoArray(lanes, row);
  }

  /** What pairs of parts of {@code a} add up to in the lower part, those of {@code b} above. */
  private static FloatVector merged(
      FloatVector a, FloatVector b, VectorMask<Float> upper, VectorShuffle<Float> swap) {
    return a.blend(b, upper).add(b.blend(a, upper).rearrange(swap));
  }

  @Override
  public String toString() {
    return "LaneFold[" + species + "]";
  }
}
