/**
 * The graph: a hierarchical navigable small world over ordinals, kept off-heap.
 *
 * <p>It knows no files, no ids and no payloads. Vectors are reached through {@link
 * dev.sagitta.hnsw.VectorSpace}, visibility through {@link dev.sagitta.hnsw.SlotFilter}. Links are
 * hints: results depend on what the caller's filter accepts, never on which links exist.
 */
@NullMarked
package dev.sagitta.hnsw;

import org.jspecify.annotations.NullMarked;
