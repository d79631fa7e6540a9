package dev.sagitta;

import dev.sagitta.distance.VectorValue;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;

/**
 * What the writers of the kill test do, step by step: a pure function of a seed, the writer and the
 * step's number, so that whoever knows how far a writer came knows all its records.
 *
 * <p>Each writer has ids of its own, few enough to be replaced and deleted many times. Steps come
 * in blocks: of single changes and atomic batches mixed, of upserts for one stream, of deletes for
 * one call.
 */
final class KillScript {
  /** Writers; the last one writes in the parent, the others in the child. */
  static final int WRITERS = 4;

  /** The writer of the parent. */
  static final int PARENT = WRITERS - 1;

  /** Steps of a block: more than the 256 that one chunk of a stream holds. */
  static final int BLOCK_STEPS = 320;

  private static final int IDS_PER_WRITER = 256;
  private static final int DIMENSION = 12;
  private static final int BATCH_CHANGES_MAX = 24;

  /** An id keeps its vector over this many steps, so that some updates change the payload only. */
  private static final int STEPS_PER_VECTOR = 512;

  /** One id in so many has a vector that it shares with all others of its kind. */
  private static final int SHARED_VECTOR_IDS = 16;

  /** How the steps of a block are written. */
  enum Block {
    MIXED,
    STREAM,
    DELETES
  }

  /** A change of one id; its index tells apart the changes of one step. */
  record Change(long id, int index, boolean delete) {}

  /** One entry of the commit order: a change, or several at once. */
  record Step(int writer, long number, boolean batch, List<Change> changes) {}

  private final long seed;
  private final IdType idType;

  KillScript(long seed, IdType idType) {
    this.seed = seed;
    this.idType = idType;
  }

  /** The writer to whom an id belongs. */
  static int writerOf(long id) {
    return (int) (id / IDS_PER_WRITER);
  }

  static int dimension() {
    return DIMENSION;
  }

  /** How a writer's steps of a number are written; numbers begin with 1. */
  Block block(int writer, long number) {
    int dice = random(writer, blockOf(number), 1).nextInt(100);
    return dice < 65 ? Block.MIXED : dice < 90 ? Block.STREAM : Block.DELETES;
  }

  /** The last step of the block that a step is in. */
  static long blockEnd(long number) {
    return (blockOf(number) + 1) * BLOCK_STEPS;
  }

  private static long blockOf(long number) {
    return (number - 1) / BLOCK_STEPS;
  }

  Step step(int writer, long number) {
    SplittableRandom random = random(writer, number, 2);
    return switch (block(writer, number)) {
      case STREAM -> single(writer, number, anyId(writer, random), false);
      case DELETES -> {
        long quarter = blockOf(number) % 4;
        long id =
            (long) writer * IDS_PER_WRITER + 4L * random.nextInt(IDS_PER_WRITER / 4) + quarter;
        yield single(writer, number, id, true);
      }
      case MIXED -> {
        int dice = random.nextInt(100);
        yield dice < 80
            ? single(writer, number, anyId(writer, random), dice >= 65)
            : batch(writer, number, random);
      }
    };
  }

  private static Step single(int writer, long number, long id, boolean delete) {
    return new Step(writer, number, false, List.of(new Change(id, 0, delete)));
  }

  /** A batch that may name an id twice: the last change wins. */
  private static Step batch(int writer, long number, SplittableRandom random) {
    List<Change> changes = new ArrayList<>();
    int size = 2 + random.nextInt(BATCH_CHANGES_MAX - 1);
    for (int i = 0; i < size; i++) {
      changes.add(new Change(anyId(writer, random), i, random.nextInt(4) == 0));
    }
    return new Step(writer, number, true, changes);
  }

  private static long anyId(int writer, SplittableRandom random) {
    return (long) writer * IDS_PER_WRITER + random.nextInt(IDS_PER_WRITER);
  }

  /** The record that an upsert of a step stores. */
  VectorRecord record(long id, long number, int index) {
    SplittableRandom random = random(id, number, 3 + index);
    String text = "x".repeat(random.nextInt(200));
    Payload payload = Payload.of("step", number, "index", index, "text", text);
    return new VectorRecord(recordId(id), VectorValue.float32(vector(id, number)), payload);
  }

  private float[] vector(long id, long number) {
    long owner = id % SHARED_VECTOR_IDS == 0 ? -1 : id;
    return gaussian(random(owner, number / STEPS_PER_VECTOR, 0));
  }

  /** A vector of independent normal elements. */
  static float[] gaussian(SplittableRandom random) {
    float[] vector = new float[DIMENSION];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = (float) random.nextGaussian();
    }
    return vector;
  }

  /** The id that a collection knows. */
  RecordId recordId(long id) {
    return switch (idType) {
      case LONG -> RecordId.of(id);
      case STRING -> RecordId.of("record " + id);
      case UUID -> RecordId.of(new UUID(mix(id), id));
    };
  }

  /** The inverse of {@link #recordId}. */
  static long number(RecordId id) {
    return switch (id) {
      case RecordId.OfLong(long value) -> value;
      case RecordId.OfString(String value) -> Long.parseLong(value.substring("record ".length()));
      case RecordId.OfUuid(UUID value) -> value.getLeastSignificantBits();
    };
  }

  private SplittableRandom random(long who, long number, long what) {
    return new SplittableRandom(mix(mix(mix(seed + who) + number) + what));
  }

  private static long mix(long value) {
    return new SplittableRandom(value).nextLong();
  }
}
