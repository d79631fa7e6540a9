package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.engine.CollectionValidator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * One random test: does operations to a collection and to the oracle, and compares. Not
 * thread-safe.
 */
final class ModelRun {
  /** Least share of the true nearest that searches find on average. */
  private static final double RECALL_MIN = 0.95;

  private static final int RECALL_QUERIES = 20;

  private final ModelDatabase database;
  private final CollectionConfig config;
  private final ModelOracle oracle;
  private VectorCollection collection;

  /** Opens a new collection in a database. */
  ModelRun(ModelDatabase database, CollectionConfig config) {
    this.database = database;
    this.config = config;
    this.oracle = new ModelOracle(config.metric());
    this.collection = database.open().collection("model", config);
  }

  /** Does the operations one by one, then looks at everything, before and after reopening. */
  void run(List<ModelOperation> operations) throws InterruptedException {
    for (int i = 0; i < operations.size(); i++) {
      try {
        perform(operations.get(i));
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("operation %d, %s: %s".formatted(i, operations.get(i), e), e);
      }
    }
    checkAll();
    CollectionValidator.validateIndexed(collection.engine());
    checkRecall();
    perform(ModelOperation.Plain.REOPEN);
    checkAll();
    CollectionValidator.validateIndexed(collection.engine());
    checkRecall();
  }

  private void perform(ModelOperation operation) throws InterruptedException {
    switch (operation) {
      case ModelOperation.Upsert(int id, int vector, int payload) -> {
        VectorRecord record = record(id, vector, payload);
        collection.upsert(record);
        oracle.put(record);
      }
      case ModelOperation.UpsertAll(int firstId, int count, int firstVector) -> {
        List<VectorRecord> records =
            IntStream.range(0, count)
                .mapToObj(i -> record(firstId + i, firstVector + i, i))
                .toList();
        assertEquals(count, collection.upsertAll(records.stream()), "upserted");
        records.forEach(oracle::put);
      }
      case ModelOperation.Delete(int id) ->
          assertEquals(oracle.remove(id(id)), collection.delete(id(id)), "deleted");
      case ModelOperation.DeleteAll(int firstId, int count) -> {
        List<RecordId> ids = IntStream.range(firstId, firstId + count).mapToObj(this::id).toList();
        long there = ids.stream().filter(oracle::remove).count();
        assertEquals(there, collection.deleteAll(ids), "deleted");
      }
      case ModelOperation.Batch(List<ModelOperation.Change> changes) -> apply(changes);
      case ModelOperation.Search(int number, int k) -> {
        double unused = search(vector(number), k);
      }
      case ModelOperation.SearchExact(int number, int k) -> {
        float[] query = vector(number);
        oracle.checkExact(collection.searchExact(SearchRequest.of(query, k)), query, k);
      }
      case ModelOperation.Get(int id) -> oracle.checkId(collection, id(id));
      case ModelOperation.Crash(int seed) -> {
        database.crash(seed);
        openAgain();
      }
      case ModelOperation.Plain plain -> perform(plain);
    }
  }

  private void perform(ModelOperation.Plain plain) throws InterruptedException {
    switch (plain) {
      case READ_ALL -> oracle.checkRecords(collection);
      case CHECKPOINT -> collection.checkpoint();
      case FLUSH -> collection.flush();
      case AWAIT_INDEXED -> collection.awaitIndexed();
      case VALIDATE -> CollectionValidator.validate(collection.engine());
      case REOPEN -> {
        database.close();
        openAgain();
      }
      case KILL -> {
        database.kill();
        openAgain();
      }
    }
  }

  private void openAgain() {
    collection = database.open().collection("model");
    assertEquals(config, collection.config());
    assertEquals(oracle.size(), collection.count(), "records after opening");
  }

  private void apply(List<ModelOperation.Change> changes) {
    var batch = new WriteBatch();
    for (ModelOperation.Change change : changes) {
      if (change.delete()) {
        batch.delete(id(change.id()));
        boolean unused = oracle.remove(id(change.id()));
      } else {
        VectorRecord record = record(change.id(), change.vector(), change.payload());
        batch.upsert(record);
        oracle.put(record);
      }
    }
    collection.apply(batch);
  }

  private double search(float[] query, int k) {
    SearchResult result = collection.search(SearchRequest.of(query, k));
    if (k >= oracle.size()) {
      oracle.checkExact(result, query, k);
    }
    return oracle.checkHits(result, query, k);
  }

  private void checkAll() {
    oracle.checkRecords(collection);
    for (int id = 0; id < ModelOperation.IDS; id += 7) {
      oracle.checkId(collection, id(id));
    }
  }

  private void checkRecall() {
    double recall = 0;
    for (int i = 0; i < RECALL_QUERIES; i++) {
      recall += search(vector(ModelOperation.VECTORS + i), 10);
    }
    double mean = recall / RECALL_QUERIES;
    assertTrue(mean >= RECALL_MIN, () -> "recall " + mean);
  }

  private VectorRecord record(int id, int vector, int payload) {
    return ModelRecords.record(config.ids(), config.dimension(), id, vector, payload);
  }

  private RecordId id(int number) {
    return ModelRecords.id(config.ids(), number);
  }

  private float[] vector(int number) {
    return ModelRecords.vector(config.dimension(), number);
  }
}
