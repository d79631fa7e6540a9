package dev.sagitta.distance.kernel;

/**
 * What a copy of {@link SimdBitSums} is made for.
 *
 * @param access how it gets at rows
 * @param term what it counts
 */
record SimdBitStep(RowAccess access, LaneBitTerm term) {}
