/**
 * Sagitta, an embeddable vector index: open a {@link dev.sagitta.VectorDatabase}, create a {@link
 * dev.sagitta.VectorCollection}, upsert records and search their nearest neighbours.
 *
 * <p>Every call is synchronous and every class is safe for use by many threads, platform or
 * virtual. Interrupting a calling thread neither damages nor closes a database. Errors are
 * subclasses of {@link dev.sagitta.SagittaException}.
 */
@NullMarked
package dev.sagitta;

import org.jspecify.annotations.NullMarked;
