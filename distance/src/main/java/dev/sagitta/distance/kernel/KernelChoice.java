package dev.sagitta.distance.kernel;

import java.util.Optional;

/**
 * The kernel that {@link Kernels} picked for this JVM, and why. Immutable.
 *
 * @param kernel for the final field of a collection
 * @param name for statistics and logs: instruction set, metric, elements and dimension, as in
 *     {@code simd-512 cosine float32 256} or {@code scalar dot-product int8 768}
 * @param hint what the user can do to get a faster kernel, if anything
 */
public record KernelChoice(Kernel kernel, String name, Optional<String> hint) {}
