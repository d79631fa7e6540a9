/**
 * The engine behind a collection: slots, the write lane, pending slots and linkers, search,
 * checkpoint and recovery. Not exported; only {@link dev.sagitta.VectorDatabase} and {@link
 * dev.sagitta.VectorCollection} call it.
 */
@NullMarked
package dev.sagitta.engine;

import org.jspecify.annotations.NullMarked;
