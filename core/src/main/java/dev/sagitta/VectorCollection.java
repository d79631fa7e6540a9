package dev.sagitta;

import dev.sagitta.engine.CollectionEngine;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Records of one kind: an id, a vector and a payload each, searched by nearness of vectors. Got
 * from {@link VectorDatabase#collection}, usable until the database is closed or the collection
 * dropped.
 *
 * <p>Safe for use by many threads. A write is visible to every search that begins after it
 * returned, and is as durable as the database's {@link Durability} says. Readers never see half a
 * write: an id has its old vector and payload or its new ones. Vectors and payloads are copied in
 * and out.
 *
 * <p>Interrupting a thread in a call has no effect on the collection; only {@link #upsertAll},
 * {@link #searchAll}, {@link #searchExactAll}, {@link #awaitIndexed} and {@link
 * #verify(VerifyLevel)} end early, and say so.
 *
 * <p>A write waits for the log as the durability level says, may then link records into the graph
 * on its own thread while more than a mebibyte of vectors is pending, and waits while a checkpoint
 * must catch up with the log. Reads wait for no write.
 *
 * <p>Besides what each method names, any call may fail with
 *
 * <ul>
 *   <li>{@link ClosedException}: the database is closed or the collection dropped;
 *   <li>{@link CorruptionException}: bytes that it needs are damaged; nothing was changed;
 *   <li>{@link StorageException}: the file system refused; nothing was changed;
 * </ul>
 *
 * and a write with
 *
 * <ul>
 *   <li>{@link CollectionFailedException}: this or an earlier write could not be logged, or could
 *       not be forced, which {@link #flush} and {@link #checkpoint} may find out too;
 *   <li>{@link LogFullException}: checkpoints fail for so long that the log is at its cap.
 * </ul>
 */
public final class VectorCollection {
  private final CollectionEngine engine;

  /** What searches aim at that do not say themselves how hard to look. */
  private final OptionalDouble targetRecall;

  VectorCollection(CollectionEngine engine) {
    this(engine, OptionalDouble.empty());
  }

  private VectorCollection(CollectionEngine engine, OptionalDouble targetRecall) {
    this.engine = engine;
    this.targetRecall = targetRecall;
  }

  /**
   * The same collection for searches that aim at a recall: those of the object returned that set
   * neither {@link SearchRequest.Builder#efSearch} nor {@link SearchRequest.Builder#targetRecall}
   * have this target. Nothing of it is stored, and this object's searches stay as they are.
   *
   * @param targetRecall {@link Limits#TARGET_RECALL_MIN} to {@link Limits#TARGET_RECALL_MAX}
   */
  public VectorCollection withTargetRecall(double targetRecall) {
    return new VectorCollection(
        engine,
        OptionalDouble.of(
            Inputs.inRange(
                "targetRecall", targetRecall, Limits.TARGET_RECALL_MIN, Limits.TARGET_RECALL_MAX)));
  }

  /** What searches aim at that do not say themselves how hard to look; nothing when empty. */
  public OptionalDouble targetRecall() {
    return targetRecall;
  }

  /** What this is a front of; for the validator of the tests. */
  CollectionEngine engine() {
    return engine;
  }

  /** The collection's name. */
  public String name() {
    return engine.name();
  }

  /** The configuration in effect, as it was given when the collection was created. */
  public CollectionConfig config() {
    return engine.config();
  }

  // Writes -------------------------------------------------------------------------------------

  /**
   * Stores a record, in place of one with the same id if there is one.
   *
   * @throws InvalidInputException if the id is of another kind than the collection's; if the vector
   *     has another dimension, an element that is not finite or larger than {@link
   *     Limits#COMPONENT_MAX} in magnitude, or, under cosine, no direction; if the payload is too
   *     large
   */
  public void upsert(VectorRecord record) {
    engine.upsert(Inputs.notNull("record", record));
  }

  /** Stores a record under a LONG id; see {@link #upsert(VectorRecord)}. */
  public void upsert(long id, float[] vector, Payload payload) {
    upsert(VectorRecord.of(id, vector, payload));
  }

  /** Stores a record under a LONG id, without a payload; see {@link #upsert(VectorRecord)}. */
  public void upsert(long id, float[] vector) {
    upsert(VectorRecord.of(id, vector));
  }

  /** Stores a record under a STRING id; see {@link #upsert(VectorRecord)}. */
  public void upsert(String id, float[] vector, Payload payload) {
    upsert(VectorRecord.of(id, vector, payload));
  }

  /** Stores a record under a STRING id, without a payload; see {@link #upsert(VectorRecord)}. */
  public void upsert(String id, float[] vector) {
    upsert(VectorRecord.of(id, vector));
  }

  /** Stores a record under a UUID id; see {@link #upsert(VectorRecord)}. */
  public void upsert(UUID id, float[] vector, Payload payload) {
    upsert(VectorRecord.of(id, vector, payload));
  }

  /** Stores a record under a UUID id, without a payload; see {@link #upsert(VectorRecord)}. */
  public void upsert(UUID id, float[] vector) {
    upsert(VectorRecord.of(id, vector));
  }

  /** As {@link #upsertAll(Stream, Consumer)}, without progress. */
  public long upsertAll(Stream<VectorRecord> records) {
    return upsertAll(records, progress -> {});
  }

  /**
   * Stores many records, in the order of the stream, in chunks: each chunk is acknowledged before
   * the next is taken from the stream, so memory is bounded however long the stream is. Not atomic:
   * an error leaves the chunks before it stored, and possibly a part of the chunk it came in.
   *
   * @param records closed at the end
   * @param progress called on this thread after each chunk
   * @return how many records were stored
   * @throws UpsertInterruptedException if the thread is interrupted before the last chunk; it stops
   *     at a chunk's boundary and tells how many records are acknowledged
   */
  public long upsertAll(Stream<VectorRecord> records, Consumer<UpsertProgress> progress) {
    return engine.upsertAll(
        Inputs.notNull("records", records), Inputs.notNull("progress", progress));
  }

  /**
   * Applies all changes of a batch or none, at one point in time.
   *
   * @throws InvalidInputException if a record is invalid, or all together are larger than {@link
   *     Limits#BATCH_BYTES_MAX}
   */
  public void apply(WriteBatch batch) {
    engine.apply(Inputs.notNull("batch", batch));
  }

  /** Deletes a record; whether there was one. */
  public boolean delete(RecordId id) {
    return engine.delete(Inputs.notNull("id", id));
  }

  /** Deletes the record under a LONG id; whether there was one. */
  public boolean delete(long id) {
    return delete(RecordId.of(id));
  }

  /** Deletes the record under a STRING id; whether there was one. */
  public boolean delete(String id) {
    return delete(RecordId.of(id));
  }

  /** Deletes the record under a UUID id; whether there was one. */
  public boolean delete(UUID id) {
    return delete(RecordId.of(id));
  }

  /** Deletes many records, in acknowledged chunks; not atomic. How many there were. */
  public long deleteAll(Collection<? extends RecordId> ids) {
    return engine.deleteAll(Inputs.notNull("ids", ids));
  }

  // Reads --------------------------------------------------------------------------------------

  /** The record under an id. */
  public Optional<VectorRecord> get(RecordId id) {
    return engine.get(Inputs.notNull("id", id));
  }

  /** The record under a LONG id. */
  public Optional<VectorRecord> get(long id) {
    return get(RecordId.of(id));
  }

  /** The record under a STRING id. */
  public Optional<VectorRecord> get(String id) {
    return get(RecordId.of(id));
  }

  /** The record under a UUID id. */
  public Optional<VectorRecord> get(UUID id) {
    return get(RecordId.of(id));
  }

  /** Whether there is a record under an id. */
  public boolean contains(RecordId id) {
    return engine.contains(Inputs.notNull("id", id));
  }

  /** Whether there is a record under a LONG id. */
  public boolean contains(long id) {
    return contains(RecordId.of(id));
  }

  /** Whether there is a record under a STRING id. */
  public boolean contains(String id) {
    return contains(RecordId.of(id));
  }

  /** Whether there is a record under a UUID id. */
  public boolean contains(UUID id) {
    return contains(RecordId.of(id));
  }

  /** How many records there are. */
  public long count() {
    return engine.count();
  }

  /**
   * The nearest records to a query, found by the graph: min(k, {@link #count()}) of them, almost
   * always the true ones: how many of them is a matter of {@link SearchRequest.Builder#efSearch} or
   * {@link SearchRequest.Builder#targetRecall}. All writes that were acknowledged before are seen.
   *
   * <p>The first search after opening waits until the graph is read from disk.
   *
   * @throws InvalidInputException if the query vector does not suit the collection
   */
  public SearchResult search(SearchRequest request) {
    return engine.search(Inputs.notNull("request", request).orTargetRecall(targetRecall), false);
  }

  /**
   * The nearest records to a query, found by looking at every slot and scoring every live record:
   * exact, and slow where there are many. Does not wait for the graph.
   *
   * @throws InvalidInputException if the query vector does not suit the collection
   */
  public SearchResult searchExact(SearchRequest request) {
    return engine.search(Inputs.notNull("request", request), true);
  }

  /**
   * Answers many requests as {@link #search} would one by one, by all processors: this thread
   * works, and so do threads that the database has for it, one less than the processors that the
   * JVM had when it was opened. {@code search} uses its own thread only.
   *
   * <p>All requests see the same state: what was stored when the call began, and nothing written
   * since. A timeout runs from when its request's own search begins, so a request has as much time
   * as it would have alone, wherever in the list it is. Calls that many threads make at once share
   * the threads, and each goes on however busy those are.
   *
   * <p>The first search after opening waits until the graph is read from disk, a batch no longer
   * than the longest timeout in it. Of several errors the first one is thrown, and the rest of the
   * batch is not begun.
   *
   * @param requests at most {@link Limits#SEARCHES_MAX}; the list is copied
   * @return a result for each request, in the order of the requests
   * @throws InvalidInputException if there are too many requests, or the query vector of one, whose
   *     index it names, does not suit the collection; nothing is searched then
   * @throws SearchInterruptedException if the thread is interrupted before the last search has
   *     begun; those that have begun are finished, and it tells how many were answered
   */
  public List<SearchResult> searchAll(List<SearchRequest> requests) {
    return engine.searchAll(Inputs.notNull("requests", requests), false);
  }

  /**
   * Answers many requests as {@link #searchExact} would one by one, by all processors: up to 16
   * requests share a pass over the vectors. See {@link #searchAll}; a timeout runs from when its
   * request's pass begins.
   *
   * @param requests at most {@link Limits#SEARCHES_MAX}; the list is copied
   * @return a result for each request, in the order of the requests
   * @throws InvalidInputException if there are too many requests, or the query vector of one, whose
   *     index it names, does not suit the collection; nothing is searched then
   * @throws SearchInterruptedException if the thread is interrupted before the last pass has begun;
   *     those that have begun are finished, and it tells how many requests were answered
   */
  public List<SearchResult> searchExactAll(List<SearchRequest> requests) {
    return engine.searchAll(Inputs.notNull("requests", requests), true);
  }

  /**
   * All records as they are now, in no particular order; writes that come while the stream is read
   * are not seen. The stream reads as it goes and needs no closing.
   */
  public Stream<VectorRecord> records() {
    return engine.records();
  }

  // Upkeep -------------------------------------------------------------------------------------

  /**
   * Writes all that the log holds into the collection's files, so that the log can be shortened and
   * opening is fast. Runs by itself when the log has grown and at close. Waits until it is done;
   * reads and writes go on meanwhile.
   */
  public void checkpoint() {
    engine.checkpoint();
  }

  /** Forces the log: makes every acknowledged write durable, whatever the durability level. */
  public void flush() {
    engine.flush();
  }

  /**
   * Waits until every record that is stored now is linked into the graph, but for those that cannot
   * be, because stored bytes near them are damaged; {@link CollectionStats#warning} tells of them.
   *
   * @throws InterruptedException if the thread is interrupted; nothing is changed by that
   * @throws CollectionFailedException if linking has ended because of an error
   */
  public void awaitIndexed() throws InterruptedException {
    engine.awaitIndexed(Duration.ofNanos(Long.MAX_VALUE));
  }

  /** As {@link #awaitIndexed()}, at most for a time; whether all records are linked. */
  public boolean awaitIndexed(Duration timeout) throws InterruptedException {
    return engine.awaitIndexed(Inputs.notNull("timeout", timeout));
  }

  /** As {@link #verify(VerifyLevel, Consumer)}, without progress. */
  public VerifyReport verify(VerifyLevel level) {
    return verify(level, progress -> {});
  }

  /**
   * Reads the collection's files and tells what in them is not what was written. Changes nothing;
   * reads, writes and checkpoints go on meanwhile, but what checkpoints replace stays on disk until
   * this returns. Looks at what is stored when it begins, up to the newest durable write.
   *
   * <p>Damage is a result and no error, even where all of the collection is lost.
   *
   * @param progress called on this thread after each step, of a mebibyte or so; at {@link
   *     VerifyLevel#CONTENT} one step takes as long as opening the collection, and one as long as
   *     reading its links
   * @throws VerifyInterruptedException if the thread is interrupted; it stops between two steps
   * @throws UnsupportedFormatException if a newer library wrote one of the files
   * @throws StorageException if the file system refuses to list or open files; bytes that it
   *     refuses to read are damage
   */
  public VerifyReport verify(VerifyLevel level, Consumer<VerifyProgress> progress) {
    return engine.verify(Inputs.notNull("level", level), Inputs.notNull("progress", progress));
  }

  /** Numbers on the collection's state, the kernel that runs, and what would help. */
  public CollectionStats stats() {
    return engine.stats();
  }

  @Override
  public String toString() {
    return "VectorCollection[%s, %s]".formatted(name(), config());
  }
}
