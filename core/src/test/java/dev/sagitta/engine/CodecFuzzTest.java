package dev.sagitta.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.CollectionConfig;
import dev.sagitta.Durability;
import dev.sagitta.IdType;
import dev.sagitta.Payload;
import dev.sagitta.RecordId;
import dev.sagitta.distance.Metric;
import dev.sagitta.distance.VectorValue;
import dev.sagitta.hnsw.GraphInserter;
import dev.sagitta.hnsw.GraphValidator;
import dev.sagitta.hnsw.HnswGraph;
import dev.sagitta.hnsw.HnswParameters;
import dev.sagitta.hnsw.InvalidImageException;
import dev.sagitta.persistence.Fuzzing;
import dev.sagitta.persistence.Mutator;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * Every codec of the engine, and the reader of links, under bytes that are nearly right. What they
 * accept is written again as it was read.
 */
final class CodecFuzzTest {
  private static final int FEW = 3_000;

  private static boolean isRefusal(Throwable e) {
    // Not its subclasses: those of numbers and of formats are accidents.
    return e.getClass() == IllegalArgumentException.class;
  }

  private static Mutator mutator(long seed) {
    return new Mutator(seed, ByteOrder.LITTLE_ENDIAN);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void operations() throws Exception {
    for (IdType ids : IdType.values()) {
      byte[] a =
          switch (ids) {
            case LONG -> new byte[8];
            case STRING -> bytes("číslo");
            case UUID -> new byte[16];
          };
      var codec = new OperationCodec(CollectionConfig.builder(3, Metric.COSINE).ids(ids).build());
      var upsert =
          new Operation.Upsert(
              a, VectorValue.float32(new float[] {1, -2, 0.5f}), new byte[] {1, 2, 3, 4, 5});
      var delete = new Operation.Delete(a);
      List<Operation> valid =
          List.of(upsert, delete, new Operation.Batch(List.of(upsert, delete, upsert)));
      for (Operation operation : valid) {
        byte[] encoded = codec.encode(operation).array();
        int upsertBytes = (int) codec.bytes(upsert);
        int deleteBytes = (int) codec.bytes(delete);
        int[] entries =
            operation instanceof Operation.Batch
                ? new int[] {8, 8 + upsertBytes, 8 + upsertBytes + deleteBytes}
                : new int[] {0};
        new Fuzzing(
                operation.getClass().getSimpleName() + " with " + ids + " id",
                CodecFuzzTest::isRefusal)
            .run(
                Fuzzing.inputs(FEW / 3),
                encoded.length,
                seed -> mutator(seed).mutate(encoded, 1, entries),
                spoilt ->
                    assertEquals(
                        ByteBuffer.wrap(spoilt),
                        codec.encode(codec.decode(ByteBuffer.wrap(spoilt)))));
      }
    }
  }

  @Test
  void payloads() throws Exception {
    byte[] valid =
        PayloadCodec.encode(
            Payload.builder()
                .put("text", "žluť")
                .put("number", -5L)
                .put("double", 0.5)
                .put("flag", true)
                .put("instant", Instant.ofEpochSecond(-1, 999_999_999))
                .put("list", List.of("", "a", "bc"))
                .put("bytes", new byte[] {1, 2, 3})
                .build());
    new Fuzzing("payload", CodecFuzzTest::isRefusal)
        .run(
            Fuzzing.inputs(FEW),
            valid.length,
            seed -> new Mutator(seed, ByteOrder.BIG_ENDIAN).mutate(valid, 1, 2, 15, 34, 53),
            spoilt -> {
              byte[] again = PayloadCodec.encode(PayloadCodec.decode(spoilt));
              assertArrayEquals(again, PayloadCodec.encode(PayloadCodec.decode(again)));
            });
  }

  @Test
  void ids() throws Exception {
    for (IdType type : IdType.values()) {
      var codec = new IdCodec(type);
      byte[] valid =
          codec.encode(
              switch (type) {
                case LONG -> RecordId.of(-7);
                case STRING -> RecordId.of("číslo \uD83C\uDFF9 1");
                case UUID -> RecordId.of(new UUID(1, -2));
              });
      new Fuzzing(type + " id", CodecFuzzTest::isRefusal)
          .run(
              Fuzzing.inputs(FEW / 3),
              valid.length,
              seed -> mutator(seed).mutate(valid, 1, 0, valid.length / 2),
              spoilt -> assertArrayEquals(spoilt, codec.encode(codec.decode(spoilt))));
    }
  }

  @Test
  void configurations() throws Exception {
    byte[] valid = CollectionParts.CONFIG.encode();
    new Fuzzing("configuration", CodecFuzzTest::isRefusal)
        .run(
            Fuzzing.inputs(FEW),
            valid.length,
            seed -> mutator(seed).mutate(valid, 1, 0, 8, 16, 24),
            spoilt -> {
              StoredConfig config = StoredConfig.decode(spoilt);
              assertEquals(config, StoredConfig.decode(config.encode()));
              assertTrue(config.vectorExtentBytes() > 0);
            });
  }

  @Test
  void checkpointStates() throws Exception {
    byte[] valid = new CheckpointState(100, 40, 4_000, 60, 7).encode();
    new Fuzzing("checkpoint state", CodecFuzzTest::isRefusal)
        .run(
            Fuzzing.inputs(FEW),
            valid.length,
            seed -> mutator(seed).mutate(valid, 4, 0, 8, 16, 24),
            spoilt -> assertArrayEquals(spoilt, CheckpointState.decode(spoilt).encode()));
  }

  @Test
  void calibrations() throws Exception {
    byte[] valid = CalibrationCodec.encode(CalibrationCodecTest.CALIBRATION);
    new Fuzzing("calibration", CodecFuzzTest::isRefusal)
        .run(
            Fuzzing.inputs(FEW),
            valid.length,
            seed -> mutator(seed).mutate(valid, 1, 0, 8, 24, 56, 88),
            spoilt -> assertArrayEquals(spoilt, encodedAgain(spoilt)));
  }

  private static byte[] encodedAgain(byte[] calibration) {
    return CalibrationCodec.encode(CalibrationCodec.decode(calibration));
  }

  /** The image of a graph of forty nodes. */
  private static byte[] image(CollectionParts parts) throws Exception {
    parts.loadGraph();
    CommitLog log = parts.log(Durability.os());
    WriteLane lane = parts.lane(CollectionParts.DIRECT, log);
    GraphInserter inserter = new GraphInserter(parts.graph.get());
    for (int i = 0; i < 40; i++) {
      parts.write(lane, CollectionParts.upsert("id" + i, i * 37 % 11, i * 17 % 13, 0)).join();
      if (i % 10 != 3) {
        inserter.insert(i);
      }
    }
    log.close();
    var image = new ByteArrayOutputStream();
    parts
        .graph
        .get()
        .writeImage(
            40,
            part -> {
              byte[] bytes = new byte[part.remaining()];
              part.get(bytes);
              image.writeBytes(bytes);
            });
    return image.toByteArray();
  }

  /** Where the header, the frame and the nodes of an image begin. */
  private static int[] nodes(byte[] image) {
    ByteBuffer bytes = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN).position(28);
    List<Integer> starts = new ArrayList<>(List.of(0, 24));
    while (bytes.hasRemaining()) {
      starts.add(bytes.position());
      int layers = bytes.get();
      for (int layer = 0; layer < layers; layer++) {
        int count = bytes.getShort();
        bytes.position(bytes.position() + count * Integer.BYTES);
      }
    }
    return starts.stream().mapToInt(Integer::intValue).toArray();
  }

  @Test
  void links() throws Exception {
    try (CollectionParts parts = CollectionParts.create()) {
      byte[] valid = image(parts);
      int[] nodes = nodes(valid);
      assertEquals(42, nodes.length);
      new Fuzzing("links", e -> e instanceof InvalidImageException || e instanceof EOFException)
          .run(
              Fuzzing.inputs(FEW),
              valid.length,
              seed -> sealed(mutator(seed).mutate(valid, 1, nodes)),
              spoilt -> readLinks(parts, spoilt));
    }
  }

  /** With the length of the only frame put right in most images. */
  private static byte[] sealed(byte[] image) {
    if (image.length > 28 && image[image.length - 1] % 4 != 0) {
      ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN).putInt(24, image.length - 28);
    }
    return image;
  }

  private static void readLinks(CollectionParts parts, byte[] image) throws Exception {
    HnswGraph graph = new HnswGraph(new HnswParameters(16, 200), parts.walk);
    try {
      ByteBuffer source = ByteBuffer.wrap(image);
      graph.readImage(
          40,
          target -> {
            if (target.remaining() > source.remaining()) {
              throw new EOFException("the body of the file ends");
            }
            while (target.hasRemaining()) {
              target.put(source.get());
            }
          });
      // Nodes that cannot be reached become pending; everything else must be right.
      assertEquals(
          List.of(),
          GraphValidator.validate(graph, 40).stream()
              .filter(violation -> violation.kind() != GraphValidator.Kind.UNREACHABLE)
              .toList());
    } finally {
      assertTrue(graph.bytes() < 4 << 20, () -> graph.bytes() + " bytes");
      graph.close();
    }
  }
}
