package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sagitta.distance.ElementType;
import dev.sagitta.distance.VectorValue;
import dev.sagitta.engine.Environment;
import dev.sagitta.engine.PlatformThreads;
import dev.sagitta.engine.Tuning;
import dev.sagitta.persistence.FileKind;
import dev.sagitta.persistence.Fuzzing;
import dev.sagitta.persistence.LogFrame;
import dev.sagitta.persistence.Mutator;
import dev.sagitta.persistence.SimulatedFiles;
import dev.sagitta.persistence.Surgery;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whole stores in which one file was spoilt behind right checksums, in a JVM of little heap: they
 * are salvaged, opened, searched, read, written, verified and closed, and the worst that comes is a
 * typed error of damage, or of a format that seems to be newer; nothing in what was salvaged is
 * damaged. {@code -Dsagitta.nightly.fuzz=N} sets that there are N/50 of them, {@code
 * -Dsagitta.fuzz.seed=N} another seed.
 */
final class StoreFuzzTest {
  private static final int FEW = 240;

  /** How many inputs of a parser take the time of one store. */
  private static final int STORE_COST = 50;

  @TempDir Path temporary;

  @Test
  void aSpoiltFileIsDamageAndNothingWorse() throws Exception {
    List<String> flags = List.of("-Xmx32m", "-ea", "-XX:+UseSerialGC");
    String seed = Long.toString(Long.getLong("sagitta.fuzz.seed", 1));
    String stores = Integer.toString(Math.max(FEW, Fuzzing.inputs(FEW) / STORE_COST));
    try (ChildProgram child =
        ChildProgram.start(flags, Program.class, temporary.resolve("errors"), seed, stores)) {
      String line = child.line();
      System.out.println(line);
      assertEquals(0, child.await(), () -> line + "\n" + errors(child));
    }
  }

  private static String errors(ChildProgram child) {
    try {
      return child.errors();
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** Spoils, opens and uses stores; says how many of them were what. */
  static final class Program {
    private static final Tuning TINY = new Tuning(1 << 10, 2 << 10, 4 << 10, 1 << 20, 1 << 10);
    private static final Path DATABASE = Path.of("/data");
    private static final Path SALVAGED = Path.of("/salvaged");

    private int refused;
    private int damaged;
    private int whole;
    private int salvagedWhole;

    private Program() {}

    public static void main(String[] arguments) throws IOException {
      long seed = Long.parseLong(arguments[0]);
      int stores = Integer.parseInt(arguments[1]);
      Map<GoldenStore, Map<String, byte[]>> valid = new EnumMap<>(GoldenStore.class);
      for (GoldenStore golden : GoldenStore.values()) {
        valid.put(golden, golden.files());
      }
      List<GoldenStore> goldens = List.copyOf(valid.keySet());
      var program = new Program();
      for (int i = 0; i < stores; i++) {
        var mutator = new Mutator(Fuzzing.seed(seed, i), ByteOrder.LITTLE_ENDIAN);
        GoldenStore golden = goldens.get(mutator.choose(goldens.size()));
        String what = golden + ", -Dsagitta.fuzz.seed=" + seed + ", store " + i;
        try {
          program.use(spoilt(golden, valid.getOrDefault(golden, Map.of()), mutator), golden);
        } catch (Throwable e) {
          e.printStackTrace();
          System.out.println("StoreFuzzTest: " + what + ": " + e);
          System.exit(1);
        }
      }
      System.out.printf(
          "StoreFuzzTest: seed %d, %d spoilt stores, %d refused, %d with damage, %d whole,"
              + " %d salvaged whole%n",
          seed, stores, program.refused, program.damaged, program.whole, program.salvagedWhole);
      boolean all =
          program.refused > 0
              && program.damaged > 0
              && program.whole > 0
              && program.salvagedWhole > 0
              && program.salvagedWhole < stores;
      System.exit(all ? 0 : 2);
    }

    private static SimulatedFiles spoilt(
        GoldenStore golden, Map<String, byte[]> valid, Mutator mutator) throws IOException {
      var files = new SimulatedFiles();
      Path collection = DATABASE.resolve(golden.folder());
      files.createDirectory(DATABASE);
      files.createDirectory(collection);
      files.forceDirectory(Path.of("/"));
      files.forceDirectory(DATABASE);
      for (Map.Entry<String, byte[]> file : valid.entrySet()) {
        files.create(collection.resolve(file.getKey())).write(ByteBuffer.wrap(file.getValue()), 0);
      }
      List<String> names = new ArrayList<>(valid.keySet());
      String name = names.get(mutator.choose(names.size()));
      byte[] before = valid.getOrDefault(name, new byte[0]);
      Path path = collection.resolve(name);
      FileKind kind = FileKind.ofName(name).orElseThrow();
      if (kind == FileKind.LOG) {
        byte[] log = mutator.mutate(before, 4, frames(before));
        if (log.length >= LogFrame.LOG_HEADER_BYTES) {
          Surgery.sealLog(log);
        }
        Surgery.replace(files, path, log);
        return files;
      }
      byte[] body = Surgery.body(before);
      byte[] file =
          Surgery.blockFile(before, mutator.mutate(body, alignment(kind), rows(kind, body)));
      if (kind == FileKind.MANIFEST) {
        Surgery.replace(files, path, file);
      } else {
        Surgery.replaceListed(files, path, file);
      }
      return files;
    }

    private static int alignment(FileKind kind) {
      return kind == FileKind.LINKS || kind == FileKind.MANIFEST ? 1 : 4;
    }

    /** Where frames begin, and the operations in them, whose kind and lengths are spoilt too. */
    private static int[] frames(byte[] log) {
      return LogFrame.of(log).stream()
          .flatMapToInt(frame -> IntStream.of(frame.start(), frame.payloadStart()))
          .toArray();
    }

    /** Where rows begin, or what is most like rows in a file. */
    private static int[] rows(FileKind kind, byte[] body) {
      int rowBytes =
          switch (kind) {
            case SLOTS -> 32;
            case MANIFEST -> 8;
            case VECTORS -> 64;
            default -> 24;
          };
      int[] rows = new int[body.length / rowBytes];
      for (int i = 0; i < rows.length; i++) {
        rows[i] = i * rowBytes;
      }
      return rows;
    }

    private static VectorDatabase open(SimulatedFiles files, Path directory) {
      return VectorDatabase.open(
          directory,
          DatabaseOptions.builder().linkerThreads(1).durability(Durability.os()).build(),
          environment(files));
    }

    private static Environment environment(SimulatedFiles files) {
      return new Environment(files, new PlatformThreads(1), System::nanoTime, TINY);
    }

    /** Whatever is in the files, what was salvaged of them is sound. */
    private void salvage(SimulatedFiles files) {
      SalvageReport report =
          VectorDatabase.salvage(
              DATABASE, SALVAGED, SalvageOptions.defaults(), progress -> {}, environment(files));
      salvagedWhole += report.whole() ? 1 : 0;
      try (VectorDatabase database = open(files, SALVAGED)) {
        VerifyReport verified = database.verify(VerifyLevel.CONTENT);
        if (!verified.intact()) {
          throw new AssertionError("salvaged with damage " + verified.damage());
        }
        for (SalvagedCollection entry : report.collections()) {
          if (entry.config().isPresent()) {
            VectorCollection collection = database.collection(entry.name());
            try (Stream<VectorRecord> records = collection.records()) {
              long read = records.count();
              if (read != entry.recovered() || read != collection.count()) {
                throw new AssertionError(read + " records were salvaged, not " + entry);
              }
            }
          }
        }
      }
    }

    private void use(SimulatedFiles files, GoldenStore golden) throws Exception {
      salvage(files.copy(1));
      boolean opened = false;
      boolean hurt = false;
      // Twice, because what the first time wrote is what the second one finds.
      for (int i = 0; i < 2; i++) {
        VectorDatabase database = open(files, DATABASE);
        VectorCollection collection = null;
        try {
          collection = database.collection(golden.folder());
          opened = true;
          hurt |= useAll(collection);
        } catch (SagittaException e) {
          DamageErrors.require(e);
        }
        hurt |= fails(database::close);
      }
      refused += opened ? 0 : 1;
      damaged += opened && hurt ? 1 : 0;
      whole += opened && !hurt ? 1 : 0;
    }

    /** A use that may meet damage. */
    private interface Use {
      void run() throws Exception;
    }

    private static boolean useAll(VectorCollection collection) throws Exception {
      CollectionConfig config = collection.config();
      VectorValue vector = vector(config);
      SearchRequest request = SearchRequest.of(vector, 10);
      VectorRecord record =
          new VectorRecord(ModelRecords.id(config.ids(), 77), vector, ModelRecords.payload(3));
      boolean hurt = fails(() -> collection.search(request));
      hurt |= fails(() -> collection.searchExact(request));
      hurt |=
          fails(
              () -> {
                try (Stream<VectorRecord> records = collection.records()) {
                  records.forEach(VectorRecord::id);
                }
              });
      hurt |= fails(() -> collection.upsert(record));
      hurt |= fails(() -> collection.get(record.id()));
      hurt |= fails(() -> collection.awaitIndexed(Duration.ofMillis(20)));
      hurt |= fails(collection::checkpoint);
      hurt |= fails(() -> collection.delete(record.id()));
      hurt |= fails(() -> collection.verify(VerifyLevel.CONTENT));
      collection
          .stats()
          .failure()
          .ifPresent(
              failure -> {
                if (!failure.contains("Corrupt")) {
                  throw new AssertionError("failed because of " + failure);
                }
              });
      return hurt;
    }

    /** Any vector that the collection takes. */
    private static VectorValue vector(CollectionConfig config) {
      return switch (config.elements()) {
        case FLOAT32 -> VectorValue.float32(ModelRecords.vector(config.dimension(), 3));
        case FLOAT16 -> VectorValue.roundedToFloat16(ModelRecords.vector(config.dimension(), 3));
        case INT8, BINARY -> {
          byte[] bytes = new byte[config.elements().bytes(config.dimension())];
          Arrays.fill(bytes, (byte) 5);
          yield config.elements() == ElementType.INT8
              ? VectorValue.int8(bytes)
              : VectorValue.binary(bytes);
        }
      };
    }

    private static boolean fails(Use use) throws Exception {
      try {
        use.run();
        return false;
      } catch (SagittaException e) {
        DamageErrors.require(e);
        return true;
      }
    }
  }
}
