/**
 * Benchmarks, in {@code benchmarks/target/benchmarks.jar}: {@link
 * dev.sagitta.benchmarks.KernelBenchmark} for the kernels under JMH, {@link
 * dev.sagitta.benchmarks.KernelFigures} for their ratios, to C among others, {@link
 * dev.sagitta.benchmarks.CodeRecall} for what codes keep of the order of vectors, {@link
 * dev.sagitta.benchmarks.EngineFigures} for the whole engine, {@link
 * dev.sagitta.benchmarks.SmallHeap} for the heap that it needs. {@link dev.sagitta.benchmarks.data}
 * has the vectors.
 */
@NullMarked
package dev.sagitta.benchmarks;

import org.jspecify.annotations.NullMarked;
