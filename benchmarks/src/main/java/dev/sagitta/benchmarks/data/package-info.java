/**
 * Vectors to measure with: {@link dev.sagitta.benchmarks.data.VectorFiles} opens those of files,
 * {@link dev.sagitta.benchmarks.data.GeneratedVectors} makes some, {@link
 * dev.sagitta.benchmarks.data.IntLists} reads and writes the ids of their true neighbours. Nothing
 * of a file is guessed or corrected: what is not as its format says is refused by an IOException
 * that names the file, what was expected and what was found.
 */
@NullMarked
package dev.sagitta.benchmarks.data;

import org.jspecify.annotations.NullMarked;
