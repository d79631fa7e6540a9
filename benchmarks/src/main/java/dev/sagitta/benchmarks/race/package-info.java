/**
 * The race: {@link dev.sagitta.benchmarks.race.Race} builds one index of the same vectors with each
 * engine, searches them in turn, each in a process of its own, and shows speed beside recall.
 *
 * <p>A {@link dev.sagitta.benchmarks.race.Contestant} is an engine in one of its modes; an {@code
 * Engine} is how a Java one is called. What a process is to do stands in a file, the {@code Task};
 * what it did it writes beside it. So a run that was broken off goes on where it was, and the
 * engine in C++ is a process like the others.
 */
@NullMarked
package dev.sagitta.benchmarks.race;

import org.jspecify.annotations.NullMarked;
