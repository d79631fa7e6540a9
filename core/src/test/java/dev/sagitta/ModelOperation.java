package dev.sagitta;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.RandomDistribution;
import net.jqwik.api.Tuple;

/**
 * Something that a random test does to a collection. Ids, vectors and payloads are numbers of
 * {@link ModelRecords}; no operation needs another to come before it, so any list of them may be
 * shrunk to any part of it.
 */
sealed interface ModelOperation {
  /** Ids are below this number. */
  int IDS = 300;

  /** Vectors are below this number; fewer than would make all of them different. */
  int VECTORS = 600;

  /** Payloads are below this number. */
  int PAYLOADS = 40;

  /** Stores one record. */
  record Upsert(int id, int vector, int payload) implements ModelOperation {}

  /** Stores a stream of records with consecutive numbers. */
  record UpsertAll(int firstId, int count, int firstVector) implements ModelOperation {}

  /** Deletes one record. */
  record Delete(int id) implements ModelOperation {}

  /** Deletes records with consecutive ids. */
  record DeleteAll(int firstId, int count) implements ModelOperation {}

  /** Applies changes at once; they may name an id more than once. */
  record Batch(List<Change> changes) implements ModelOperation {}

  /** A delete or an upsert in a batch. */
  record Change(boolean delete, int id, int vector, int payload) {}

  /** Searches the graph. */
  record Search(int vector, int k) implements ModelOperation {}

  /** Searches exactly. */
  record SearchExact(int vector, int k) implements ModelOperation {}

  /** Reads one record by id. */
  record Get(int id) implements ModelOperation {}

  /** Cuts the power and opens again. */
  record Crash(int seed) implements ModelOperation {}

  /** What takes no argument. */
  enum Plain implements ModelOperation {
    READ_ALL,
    CHECKPOINT,
    FLUSH,
    AWAIT_INDEXED,
    VALIDATE,
    /** Closes in peace and opens again. */
    REOPEN,
    /** Kills the process and opens again. */
    KILL
  }

  /** Lists of operations, with crashes and kills or without. */
  static Arbitrary<List<ModelOperation>> lists(boolean withCrashes) {
    Arbitrary<Integer> ids = Arbitraries.integers().between(0, IDS - 1);
    Arbitrary<Integer> fewIds = Arbitraries.integers().between(0, 12);
    Arbitrary<Integer> vectors = Arbitraries.integers().between(0, VECTORS - 1);
    Arbitrary<Integer> payloads = Arbitraries.integers().between(0, PAYLOADS - 1);
    Arbitrary<Integer> counts = Arbitraries.integers().between(0, 120);
    Arbitrary<Integer> ks =
        Arbitraries.frequencyOf(
            Tuple.of(4, Arbitraries.integers().between(1, 20)),
            Tuple.of(1, Arbitraries.integers().between(1, Limits.K_MAX)));
    Arbitrary<Integer> seeds = Arbitraries.integers().between(0, 1_000_000);
    Arbitrary<Change> changes =
        Combinators.combine(Arbitraries.of(false, false, true), fewIds, vectors, payloads)
            .as(Change::new);
    Arbitrary<ModelOperation> operations =
        Arbitraries.frequencyOf(
            Tuple.of(
                12,
                Combinators.combine(Arbitraries.oneOf(ids, fewIds), vectors, payloads)
                    .as(Upsert::new)),
            Tuple.of(6, Combinators.combine(ids, counts, vectors).as(UpsertAll::new)),
            Tuple.of(4, Arbitraries.oneOf(ids, fewIds).map(Delete::new)),
            Tuple.of(2, Combinators.combine(ids, counts).as(DeleteAll::new)),
            Tuple.of(6, changes.list().ofMaxSize(12).map(Batch::new)),
            Tuple.of(8, Combinators.combine(vectors, ks).as(Search::new)),
            Tuple.of(4, Combinators.combine(vectors, ks).as(SearchExact::new)),
            Tuple.of(3, Arbitraries.oneOf(ids, fewIds).map(Get::new)),
            Tuple.of(1, Arbitraries.just(Plain.READ_ALL)),
            Tuple.of(2, Arbitraries.just(Plain.CHECKPOINT)),
            Tuple.of(1, Arbitraries.just(Plain.FLUSH)),
            Tuple.of(1, Arbitraries.just(Plain.AWAIT_INDEXED)),
            Tuple.of(1, Arbitraries.just(Plain.VALIDATE)),
            Tuple.of(3, Arbitraries.just(Plain.REOPEN)),
            Tuple.of(
                5,
                withCrashes
                    ? Arbitraries.oneOf(seeds.map(Crash::new), Arbitraries.just(Plain.KILL))
                    : Arbitraries.just(Plain.REOPEN)));
    return operations
        .list()
        .ofMinSize(1)
        .ofMaxSize(100)
        .withSizeDistribution(RandomDistribution.uniform());
  }
}
