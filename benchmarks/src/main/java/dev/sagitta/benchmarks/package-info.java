/**
 * Benchmarks: kernels under JMH ({@code java --add-modules jdk.incubator.vector -jar
 * benchmarks/target/benchmarks.jar}) and {@link dev.sagitta.benchmarks.EngineFigures}, which
 * measures the whole engine.
 */
@NullMarked
package dev.sagitta.benchmarks;

import org.jspecify.annotations.NullMarked;
