/**
 * Distance kernels: one query against many stored rows, per metric, scalar and SIMD. Internal.
 *
 * <p>{@link dev.sagitta.distance.kernel.RowLayout} says how a vector is stored, {@link
 * dev.sagitta.distance.kernel.VectorRows} where, {@link dev.sagitta.distance.kernel.Kernel} how far
 * from a query, and {@link dev.sagitta.distance.kernel.Kernels} picks the fastest kernel that this
 * JVM can run.
 */
@NullMarked
package dev.sagitta.distance.kernel;

import org.jspecify.annotations.NullMarked;
