package dev.sagitta.distance.kernel;

import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** A {@link BitTerm} lane by lane. */
sealed interface LaneBitTerm {
  /** The vectors that are counted. */
  VectorSpecies<Long> species();

  /** The scalar twin, which makes a score of the sum of all lanes. */
  BitTerm twin();

  /** What two vectors of words add to the count. */
  LongVector count(LongVector query, LongVector row);

  /** See {@link BitTerm.Hamming}. */
  record Hamming(VectorSpecies<Long> species, BitTerm twin) implements LaneBitTerm {
    @Override
    public LongVector count(LongVector query, LongVector row) {
      return query.lanewise(VectorOperators.XOR, row).lanewise(VectorOperators.BIT_COUNT);
    }
  }

  /** See {@link BitTerm.Jaccard}. */
  record Jaccard(VectorSpecies<Long> species, BitTerm twin) implements LaneBitTerm {
    @Override
    public LongVector count(LongVector query, LongVector row) {
      LongVector either = query.or(row).lanewise(VectorOperators.BIT_COUNT);
      LongVector both = query.and(row).lanewise(VectorOperators.BIT_COUNT);
      return either.lanewise(VectorOperators.LSHL, BitTerm.Jaccard.EITHER_SHIFT).add(both);
    }
  }
}
