package dev.sagitta.persistence;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/**
 * What a power loss leaves: never less than what was forced, and everything it may leave at times.
 */
final class SimulatedFilesCrashTest {

  private static final int SEEDS = 200;
  private static final int SECTOR_BYTES = 512;
  private static final Path ROOT = Path.of("/");
  private static final Path DIRECTORY = Path.of("/db");
  private static final Path FILE = Path.of("/file");
  private static final Path OTHER = Path.of("/other");

  private final SimulatedFiles files = new SimulatedFiles();

  /** Looks at one outcome and names it. */
  private interface Look {
    String at(SimulatedFiles survivor) throws IOException;
  }

  /** The names of all outcomes over all seeds. */
  private Set<String> outcomes(Look look) throws IOException {
    var outcomes = new TreeSet<String>();
    for (long seed = 0; seed < SEEDS; seed++) {
      outcomes.add(look.at(files.crash(seed)));
    }
    return outcomes;
  }

  @Test
  void forcedContentSurvivesEverySeed() throws IOException {
    FileHandle handle = forced(FILE, 1, 3000);
    write(handle, 2, 3000, 2000);
    Set<String> lengths =
        outcomes(
            survivor -> {
              byte[] content = survivor.bytes(FILE);
              assertArrayEquals(filled(1, 3000), Arrays.copyOf(content, 3000));
              assertTrue(content.length <= 5000);
              return content.length == 3000 ? "old" : content.length == 5000 ? "new" : "between";
            });
    assertEquals(Set.of("between", "new", "old"), lengths);
  }

  @Test
  void anUnforcedCreationMayBeLostOrKept() throws IOException {
    files.create(FILE).force();
    assertEquals(Set.of("[]", "[file]"), outcomes(survivor -> survivor.list(ROOT).toString()));
  }

  @Test
  void unforcedNamesAreKeptInOrderOrEachOnItsOwn() throws IOException {
    files.create(FILE);
    files.create(OTHER);
    assertEquals(
        Set.of("[]", "[file]", "[file, other]", "[other]"),
        outcomes(survivor -> survivor.list(ROOT).toString()));
  }

  @Test
  void aForcedNameMayStandForAFileWithoutContent() throws IOException {
    write(files.create(FILE), 1, 0, 1024);
    files.forceDirectory(ROOT);
    Set<String> outcomes =
        outcomes(
            survivor -> {
              byte[] content = survivor.bytes(FILE);
              if (content.length == 0) {
                return "empty";
              }
              return Arrays.equals(content, new byte[1024])
                  ? "zeros"
                  : Arrays.equals(content, filled(1, 1024)) ? "whole" : "partial";
            });
    assertEquals(Set.of("empty", "partial", "whole", "zeros"), outcomes);
  }

  @Test
  void anUnforcedSectorIsOldNewOrTorn() throws IOException {
    FileHandle handle = forced(FILE, 1, SECTOR_BYTES);
    write(handle, 2, 0, SECTOR_BYTES);
    Set<String> outcomes =
        outcomes(
            survivor -> {
              byte[] content = survivor.bytes(FILE);
              assertEquals(SECTOR_BYTES, content.length);
              int changes = 0;
              for (int i = 0; i < SECTOR_BYTES; i++) {
                assertTrue(content[i] == 1 || content[i] == 2);
                changes += i > 0 && content[i] != content[i - 1] ? 1 : 0;
              }
              assertTrue(changes <= 1);
              return changes == 0 ? "all " + content[0] : "first " + content[0];
            });
    assertEquals(Set.of("all 1", "all 2", "first 1", "first 2"), outcomes);
  }

  @Test
  void sectorsSurviveIndependently() throws IOException {
    FileHandle handle = forced(FILE, 1, 2 * SECTOR_BYTES);
    write(handle, 2, 0, 2 * SECTOR_BYTES);
    Set<String> outcomes =
        outcomes(
            survivor -> {
              byte[] content = survivor.bytes(FILE);
              return content[0] + " " + content[2 * SECTOR_BYTES - 1];
            });
    assertEquals(Set.of("1 1", "1 2", "2 1", "2 2"), outcomes);
  }

  @Test
  void untouchedSectorsStay() throws IOException {
    FileHandle handle = forced(FILE, 1, 5 * SECTOR_BYTES);
    write(handle, 2, 2 * SECTOR_BYTES, SECTOR_BYTES);
    outcomes(
        survivor -> {
          byte[] content = survivor.bytes(FILE);
          assertArrayEquals(filled(1, 2 * SECTOR_BYTES), Arrays.copyOf(content, 2 * SECTOR_BYTES));
          assertArrayEquals(
              filled(1, 2 * SECTOR_BYTES),
              Arrays.copyOfRange(content, 3 * SECTOR_BYTES, 5 * SECTOR_BYTES));
          return "";
        });
  }

  @Test
  void aLostExtensionMayShowZerosOrADeletedFile() throws IOException {
    int sectors = 8;
    write(files.create(OTHER), 9, 0, sectors * SECTOR_BYTES);
    files.delete(OTHER);
    FileHandle handle = forced(FILE, 1, SECTOR_BYTES);
    write(handle, 2, SECTOR_BYTES, (sectors - 1) * SECTOR_BYTES);
    var seen = new TreeSet<String>();
    outcomes(
        survivor -> {
          byte[] content = survivor.bytes(FILE);
          assertArrayEquals(filled(1, SECTOR_BYTES), Arrays.copyOf(content, SECTOR_BYTES));
          for (int end = 2 * SECTOR_BYTES; end <= content.length; end += SECTOR_BYTES) {
            seen.add(content[end - SECTOR_BYTES] + ".." + content[end - 1]);
          }
          return "";
        });
    assertEquals(Set.of("0..0", "0..2", "2..0", "2..2", "2..9", "9..2", "9..9"), seen);
  }

  @Test
  void anUnforcedCutMayBeLost() throws IOException {
    forced(FILE, 1, 1000).truncate(100);
    Set<String> outcomes =
        outcomes(
            survivor -> {
              byte[] content = survivor.bytes(FILE);
              assertArrayEquals(filled(1, content.length), content);
              return content.length == 100 ? "cut" : content.length == 1000 ? "whole" : "between";
            });
    assertEquals(Set.of("between", "cut", "whole"), outcomes);
  }

  @Test
  void aForcedCutIsNotUndone() throws IOException {
    FileHandle handle = forced(FILE, 1, 1000);
    handle.truncate(100);
    handle.force();
    write(handle, 2, 900, 100);
    outcomes(
        survivor -> {
          byte[] content = survivor.bytes(FILE);
          assertArrayEquals(filled(1, 100), Arrays.copyOf(content, 100));
          for (int i = 100; i < content.length; i++) {
            assertTrue(content[i] == 0 || content[i] == 2, "byte " + i);
          }
          return "";
        });
  }

  @Test
  void aCutFollowedByGrowthMayLeaveTheFileShort() throws IOException {
    FileHandle handle = forced(FILE, 1, 1000);
    handle.truncate(10);
    write(handle, 2, 10, 990);
    Set<String> outcomes =
        outcomes(
            survivor -> {
              byte[] content = survivor.bytes(FILE);
              assertArrayEquals(filled(1, 10), Arrays.copyOf(content, 10));
              return content.length < 1000 ? "short" : "long " + content[999];
            });
    assertEquals(Set.of("long 1", "long 2", "short"), outcomes);
  }

  @Test
  void anUnforcedRenamingHappenedOrNot() throws IOException {
    forced(FILE, 1, 10);
    forced(OTHER, 2, 10);
    files.rename(FILE, OTHER);
    Set<String> outcomes =
        outcomes(survivor -> survivor.list(ROOT) + " " + survivor.bytes(OTHER)[0]);
    assertEquals(Set.of("[file, other] 2", "[other] 1"), outcomes);
  }

  @Test
  void aForcedRenamingSurvivesEverySeed() throws IOException {
    forced(FILE, 1, 10);
    files.rename(FILE, OTHER);
    files.forceDirectory(ROOT);
    assertEquals(Set.of("[other]"), outcomes(survivor -> survivor.list(ROOT).toString()));
  }

  @Test
  void aFileRenamedTwiceHasOneName() throws IOException {
    forced(FILE, 1, 10);
    files.rename(FILE, OTHER);
    files.rename(OTHER, Path.of("/third"));
    assertEquals(
        Set.of("[file]", "[other]", "[third]"),
        outcomes(survivor -> survivor.list(ROOT).toString()));
  }

  @Test
  void anUnforcedDeletionMayBeUndone() throws IOException {
    forced(FILE, 1, 10);
    files.delete(FILE);
    assertEquals(Set.of("[]", "[file]"), outcomes(survivor -> survivor.list(ROOT).toString()));
  }

  @Test
  void aForcedDeletionIsNotUndone() throws IOException {
    forced(FILE, 1, 10);
    files.delete(FILE);
    files.forceDirectory(ROOT);
    assertEquals(Set.of("[]"), outcomes(survivor -> survivor.list(ROOT).toString()));
  }

  @Test
  void anUnforcedDirectoryMayTakeItsForcedContentWithIt() throws IOException {
    directoryWithForcedContent();
    assertEquals(
        Set.of("[]", "[db] [inside]"),
        outcomes(
            survivor -> {
              List<String> names = survivor.list(ROOT);
              return names.isEmpty() ? "[]" : names + " " + survivor.list(DIRECTORY);
            }));
  }

  @Test
  void aDirectoryWithForcedNameAndContentSurvivesEverySeed() throws IOException {
    directoryWithForcedContent();
    files.forceDirectory(ROOT);
    assertEquals(Set.of("[inside]"), outcomes(survivor -> survivor.list(DIRECTORY).toString()));
  }

  @Test
  void aNameWhoseForceFailedIsNotMadeDurableByTheNextForce() throws IOException {
    files.create(FILE);
    failToForce(ROOT);
    files.forceDirectory(ROOT);
    assertEquals(List.of("file"), files.list(ROOT));
    assertEquals(Set.of("[]", "[file]"), outcomes(survivor -> survivor.list(ROOT).toString()));
  }

  @Test
  void aDeletionAndARenamingWhoseForceFailedHappenedOrNot() throws IOException {
    forced(FILE, 1, 10);
    forced(OTHER, 2, 10);
    files.delete(FILE);
    files.rename(OTHER, Path.of("/third"));
    failToForce(ROOT);
    files.forceDirectory(ROOT);
    assertEquals(
        Set.of("[file, other]", "[file, third]", "[other]", "[third]"),
        outcomes(survivor -> survivor.list(ROOT).toString()));
  }

  @Test
  void aNewNameIsMadeDurableBehindAFailedForce() throws IOException {
    files.create(FILE);
    files.create(Path.of("/third"));
    failToForce(ROOT);
    files.rename(FILE, OTHER);
    files.forceDirectory(ROOT);
    assertEquals(
        Set.of("[other]", "[other, third]"), outcomes(survivor -> survivor.list(ROOT).toString()));
  }

  @Test
  void aNameGivenAnewIsMadeDurableBehindAFailedForce() throws IOException {
    files.create(FILE);
    failToForce(ROOT);
    files.delete(FILE);
    forced(FILE, 1, 10);
    assertEquals(Set.of("10"), outcomes(survivor -> "" + survivor.bytes(FILE).length));
  }

  @Test
  void namesWhoseForceFailedStayInDoubtForTheNextProcess() throws IOException {
    files.create(FILE);
    failToForce(ROOT);
    SimulatedFiles next = files.killProcess().copy(1);
    next.forceDirectory(ROOT);
    assertEquals(List.of("file"), next.list(ROOT));
    var outcomes = new TreeSet<String>();
    for (long seed = 0; seed < SEEDS; seed++) {
      outcomes.add(next.crash(seed).list(ROOT).toString());
    }
    assertEquals(Set.of("[]", "[file]"), outcomes);
  }

  private void failToForce(Path directory) {
    files.failNext(
        call -> call.operation() == IoCall.Operation.FORCE_DIRECTORY,
        new IOException("told to fail"));
    assertThrows(IOException.class, () -> files.forceDirectory(directory));
  }

  @Test
  void whatSurvivedIsDurable() throws IOException {
    write(files.create(FILE), 1, 0, 5000);
    for (long seed = 0; seed < SEEDS; seed++) {
      SimulatedFiles survivor = files.crash(seed);
      assertEquals(survivor.digest(), survivor.crash(seed + 1).digest());
    }
  }

  @Test
  void aKilledProcessForcesNothing() throws IOException {
    FileHandle handle = forced(FILE, 1, 100);
    write(handle, 2, 0, 100);
    files.create(OTHER);
    SimulatedFiles next = files.killProcess();
    assertEquals(2, next.bytes(FILE)[0]);
    var outcomes = new TreeSet<String>();
    for (long seed = 0; seed < SEEDS; seed++) {
      SimulatedFiles survivor = next.crash(seed);
      outcomes.add(survivor.bytes(FILE)[0] + " " + survivor.exists(OTHER));
    }
    assertEquals(Set.of("1 false", "1 true", "2 false", "2 true"), outcomes);
  }

  @Test
  void whatAKilledProcessWroteCanBeForcedByTheNext() throws IOException {
    write(forced(FILE, 1, 100), 2, 0, 100);
    SimulatedFiles next = files.killProcess();
    next.openForWriting(FILE).force();
    for (long seed = 0; seed < SEEDS; seed++) {
      assertArrayEquals(filled(2, 100), next.crash(seed).bytes(FILE));
    }
  }

  @Test
  void aFailedForceCannotBeMadeGoodByRepeatingIt() throws IOException {
    FileHandle handle = forced(FILE, 1, 100);
    write(handle, 2, 0, 100);
    files.failNext(
        call -> call.operation() == IoCall.Operation.FORCE, new IOException("Input/output error"));
    assertThrows(IOException.class, handle::force);
    handle.force();
    assertEquals(2, files.bytes(FILE)[0]);
    assertEquals(Set.of("1", "2"), outcomes(survivor -> "" + survivor.bytes(FILE)[0]));
  }

  @Test
  void writingAgainAfterAFailedForceReachesTheMedium() throws IOException {
    FileHandle handle = forced(FILE, 1, 100);
    write(handle, 2, 0, 100);
    files.failNext(
        call -> call.operation() == IoCall.Operation.FORCE, new IOException("Input/output error"));
    assertThrows(IOException.class, handle::force);
    write(handle, 3, 0, 1);
    handle.force();
    assertEquals(
        Set.of("3 2"),
        outcomes(survivor -> survivor.bytes(FILE)[0] + " " + survivor.bytes(FILE)[99]));
  }

  /** A step of a random workload on few names. */
  record Step(int kind, int name, int otherName, int position, int bytes) {}

  @Provide
  Arbitrary<List<Step>> workloads() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 6),
            Arbitraries.integers().between(0, 3),
            Arbitraries.integers().between(0, 3),
            Arbitraries.integers().between(0, 1500),
            Arbitraries.integers().between(1, 1500))
        .as(Step::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(40);
  }

  /**
   * A file whose name and content were forced, and neither touched since, is there after any crash,
   * whatever else went on around it.
   */
  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void whatIsSettledSurvives(@ForAll("workloads") List<Step> workload) throws IOException {
    var machine = new SimulatedFiles();
    var forcedNames = new TreeSet<String>();
    Map<String, byte[]> forcedContents = new HashMap<>();
    for (Step step : workload) {
      String name = "n" + step.name;
      String otherName = "n" + step.otherName;
      Path path = ROOT.resolve(name);
      Path otherPath = ROOT.resolve(otherName);
      if (step.kind == 0) {
        machine.forceDirectory(ROOT);
        forcedNames.addAll(machine.list(ROOT));
        continue;
      }
      if (!machine.exists(path)) {
        machine.create(path);
        forcedNames.remove(name);
        forcedContents.remove(name);
      }
      FileHandle handle = machine.openForWriting(path);
      switch (step.kind) {
        case 1 -> {
          machine.delete(path);
          forcedNames.remove(name);
          forcedContents.remove(name);
        }
        case 2 -> {
          if (!name.equals(otherName)) {
            machine.rename(path, otherPath);
            forcedNames.removeAll(Set.of(name, otherName));
            byte[] content = forcedContents.remove(name);
            forcedContents.remove(otherName);
            if (content != null) {
              forcedContents.put(otherName, content);
            }
          }
        }
        case 3 -> {
          handle.truncate(Math.min(step.position, handle.size()));
          forcedContents.remove(name);
        }
        case 4, 5 -> {
          handle.force();
          forcedContents.put(name, machine.bytes(path));
        }
        default -> {
          write(handle, step.bytes % 100 + 1, step.position, step.bytes);
          forcedContents.remove(name);
        }
      }
    }
    for (long seed = 0; seed < 20; seed++) {
      SimulatedFiles survivor = machine.crash(seed);
      for (String name : forcedNames) {
        byte[] content = forcedContents.get(name);
        if (content != null) {
          assertArrayEquals(content, survivor.bytes(ROOT.resolve(name)), "seed " + seed);
        }
      }
    }
  }

  /** A directory whose entries are durable, though its own name is not. */
  private void directoryWithForcedContent() throws IOException {
    files.createDirectory(DIRECTORY);
    files.create(DIRECTORY.resolve("inside")).force();
    files.forceDirectory(DIRECTORY);
  }

  /** A file whose name and content are durable. */
  private FileHandle forced(Path file, int value, int bytes) throws IOException {
    FileHandle handle = files.create(file);
    write(handle, value, 0, bytes);
    handle.force();
    files.forceDirectory(ROOT);
    return handle;
  }

  private static void write(FileHandle handle, int value, int position, int bytes)
      throws IOException {
    handle.write(ByteBuffer.wrap(filled(value, bytes)), position);
  }

  private static byte[] filled(int value, int bytes) {
    byte[] content = new byte[bytes];
    Arrays.fill(content, (byte) value);
    return content;
  }
}
