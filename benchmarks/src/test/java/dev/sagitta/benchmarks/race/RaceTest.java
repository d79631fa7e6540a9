package dev.sagitta.benchmarks.race;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.benchmarks.Directories;
import dev.sagitta.benchmarks.data.IntLists;
import dev.sagitta.benchmarks.data.VectorSource;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/** The whole race, small: all engines in their processes. */
class RaceTest {
  private static final int COUNT = 1_500;

  @TempDir Path work;

  private int race(String set, String engines, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                work.toString(),
                set,
                "--engines=" + engines,
                "--queries=40",
                "--warm-up=0",
                "--pass=0",
                "--heap=512"));
    arguments.addAll(List.of(more));
    return Race.run(arguments.toArray(String[]::new));
  }

  private int race(String set, String engines) {
    return race(set, engines, "--efs=10,40,160", "--rounds=1");
  }

  @Test
  void everyEngineFindsTheTrueNeighboursOfBothMetrics()
      throws IOException, ParserConfigurationException, SAXException {
    for (String metric : List.of("EUCLIDEAN", "COSINE")) {
      String all =
          Arrays.stream(Contestant.values())
              .map(Contestant::name)
              .reduce((a, b) -> a + "," + b)
              .orElseThrow();

      assertEquals(
          0,
          race(
              "generated:%dx24:%s".formatted(COUNT, metric),
              all,
              "--efs=10,40,160",
              "--rounds=1",
              "--one-thread-max=0"));

      Path directory = work.resolve("generated-%dx24-%s".formatted(COUNT, metric));
      List<String> points = Files.readAllLines(directory.resolve("points.csv"));
      for (Contestant contestant : Contestant.values()) {
        // hnswlib takes part where it can be compiled.
        if (contestant.isJava() || points.toString().contains(contestant.label())) {
          assertTrue(recall(points, contestant, 160) > 0.95, contestant + " " + metric);
        }
      }
      assertIsXml(Files.readString(directory.resolve("plot.svg")));
      String report = Files.readString(directory.resolve("report.md"));
      assertTrue(report.contains("| **the best Java peer** |"), report);
    }
  }

  /** Of the line with: set, metric, engine, version, ef, recall; the engine in quotes. */
  private static double recall(List<String> points, Contestant contestant, int ef) {
    Pattern line =
        Pattern.compile(
            ".*,%s,[^,]+,%d,([0-9.]+),.*"
                .formatted(Pattern.quote("\"" + contestant.label() + "\""), ef));
    return points.stream()
        .map(line::matcher)
        .filter(Matcher::matches)
        .mapToDouble(matcher -> Double.parseDouble(matcher.group(1)))
        .findFirst()
        .orElseThrow(() -> new AssertionError(contestant + " is missing in " + points));
  }

  private static void assertIsXml(String text)
      throws IOException, ParserConfigurationException, SAXException {
    DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(text)));
  }

  @Test
  void goesOnWhereItWasBrokenOff() throws IOException {
    String set = "generated:%dx8:EUCLIDEAN".formatted(COUNT);
    assertEquals(0, race(set, "SAGITTA"));
    Path engine = work.resolve("generated-%dx8-EUCLIDEAN".formatted(COUNT)).resolve("sagitta");
    Path built = engine.resolve("build-1-1").resolve("result.properties");
    Path searched = engine.resolve("round-1").resolve("result.properties");
    FileTime builtAt = Files.getLastModifiedTime(built);
    Files.delete(searched);

    assertEquals(0, race(set, "SAGITTA"));

    assertEquals(builtAt, Files.getLastModifiedTime(built));
    assertTrue(Files.exists(searched));
    FileTime searchedAt = Files.getLastModifiedTime(searched);
    Directories.delete(engine.resolve("build-1-1"));

    assertEquals(0, race(set, "SAGITTA"));

    // Another index is searched anew.
    assertTrue(Files.exists(built));
    assertTrue(searchedAt.compareTo(Files.getLastModifiedTime(searched)) < 0);
  }

  @Test
  void otherEfsAreSearchedAnewAndOfOtherFlagsAllIs() throws IOException {
    String set = "generated:%dx8:EUCLIDEAN".formatted(COUNT);
    Path directory = work.resolve("generated-%dx8-EUCLIDEAN".formatted(COUNT));
    Path built = directory.resolve("sagitta/build-1-1/result.properties");
    assertEquals(0, race(set, "SAGITTA", "--rounds=1", "--efs=10,40"));
    FileTime builtAt = Files.getLastModifiedTime(built);

    assertEquals(0, race(set, "SAGITTA", "--rounds=2", "--efs=10,80"));

    assertEquals(builtAt, Files.getLastModifiedTime(built));
    assertEquals(List.of("10", "80"), efs(directory));

    assertEquals(
        0,
        race(
            set,
            "SAGITTA",
            "--rounds=1",
            "--builds=2",
            "--efs=20",
            "--jvm-flags=-XX:+UseSerialGC -Xshare:auto"));

    assertTrue(builtAt.compareTo(Files.getLastModifiedTime(built)) < 0);
    assertEquals(List.of("20"), efs(directory));
    assertTrue(Files.exists(directory.resolve("sagitta/build-1-1/index")));
    assertFalse(Files.exists(directory.resolve("sagitta/build-1-2/index")));
    String report = Files.readString(directory.resolve("report.md"));
    assertTrue(report.contains("-XX:+UseSerialGC -Xshare:auto"), report);
  }

  private static List<String> efs(Path directory) throws IOException {
    return Files.readAllLines(directory.resolve("points.csv")).stream()
        .skip(1)
        .map(line -> line.replaceFirst("\"[^\"]*\",", "").split(",", -1)[3])
        .toList();
  }

  @Test
  void anEngineThatFailsTellsWhy() throws IOException {
    RaceData data =
        new SetPreparation(
                work.resolve("vectors"), SetSource.parse("generated:100x8:EUCLIDEAN"), 10)
            .prepare();
    Files.delete(RaceData.baseFile(data.directory()));
    RacePlan plan =
        new RacePlan(
            List.of(Contestant.VOYAGER),
            List.of(1),
            1,
            1,
            new RacePlan.Jvm(64, Optional.empty()),
            new Task.Search(List.of(10), 0, 0));
    EngineRuns runs = new EngineRuns(work, data, plan, Optional.empty());

    IOException failed =
        assertThrows(IOException.class, () -> runs.build(Contestant.VOYAGER, 1, 1));

    String message = String.valueOf(failed.getMessage());
    assertTrue(message.startsWith("Voyager ended with exit code 1; "), message);
    assertTrue(message.contains("base.fvecs"), message);
  }

  @Test
  void recallCountsByDistanceAndRefusesRepeatedHits() throws IOException {
    RaceData data =
        new SetPreparation(
                work.resolve("vectors"),
                SetSource.parse("generated:%dx8:EUCLIDEAN".formatted(COUNT)),
                2)
            .prepare();
    try (VectorSource base = data.openBase()) {
      Recall recall = new Recall(data, base);
      int[][] truth = data.truth();

      assertEquals(1, recall.of(truth));
      assertEquals(0.5, recall.of(new int[][] {truth[0], {}}));
      int[] twice = truth[0].clone();
      twice[1] = twice[0];
      assertThrows(IllegalArgumentException.class, () -> recall.of(new int[][] {twice, {}}));
      assertThrows(IllegalArgumentException.class, () -> recall.of(new int[][] {truth[0]}));
    }
    assertEquals(10, IntLists.read(RaceData.truthFile(data.directory()))[0].length);
  }

  @Test
  void saysWhatTheCommandLineLacks() {
    assertEquals(2, Race.run("only-a-directory"));
    assertEquals(1, Race.run(work.toString(), "unknown:set"));
    assertEquals(1, Race.run(work.toString(), "generated:100x8:EUCLIDEAN", "--efs=5,10"));
    assertEquals(1, Race.run(work.toString(), "generated:100x8:EUCLIDEAN", "--rounds=0"));
  }
}
