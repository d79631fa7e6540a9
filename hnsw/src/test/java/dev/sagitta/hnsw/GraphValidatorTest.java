package dev.sagitta.hnsw;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.hnsw.GraphValidator.Kind;
import dev.sagitta.hnsw.GraphValidator.Violation;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class GraphValidatorTest {
  private static final int COUNT = 300;

  private static TestGraph damagedGraph() {
    TestSpace space = new TestSpace(TestVectors.uniform(COUNT, 4, 1), TestSpace.Scoring.EUCLIDEAN);
    return new TestGraph(space, new HnswParameters(4, 30)).insertAll().damaged();
  }

  private static Set<Kind> kinds(TestGraph g) {
    return g.violations().stream().map(Violation::kind).collect(Collectors.toSet());
  }

  /** A node with room for another link. */
  private static int roomy(TestGraph g) {
    for (int ordinal = 0; ordinal < COUNT; ordinal++) {
      if (g.graph.records().count(ordinal, 0) < 8) {
        return ordinal;
      }
    }
    throw new AssertionError("all lists are full");
  }

  @Test
  void findsNothingWrongWithASoundGraph() {
    try (TestGraph g = damagedGraph()) {
      assertEquals(List.of(), g.violations());
    }
  }

  @Test
  void findsNothingWrongWithAnEmptyGraph() {
    try (TestGraph g = TestGraph.of(new float[0][])) {
      assertEquals(List.of(), g.violations());
      assertEquals(List.of(), g.unreachable());
    }
  }

  @Test
  void seesALinkToItself() {
    try (TestGraph g = damagedGraph()) {
      int node = roomy(g);
      g.graph.records().append(node, 0, node);
      assertEquals(Set.of(Kind.SELF_LINK), kinds(g));
      assertEquals(node, g.violations().getFirst().ordinal());
    }
  }

  @Test
  void seesALinkThatStandsTwice() {
    try (TestGraph g = damagedGraph()) {
      int node = roomy(g);
      int[] links = new int[8];
      g.graph.records().copyLinks(node, 0, links);
      g.graph.records().append(node, 0, links[0]);
      assertEquals(Set.of(Kind.DUPLICATE_LINK), kinds(g));
    }
  }

  @Test
  void seesALinkToANodeThatWasNeverBegun() {
    try (TestGraph g = damagedGraph()) {
      g.graph.records().append(roomy(g), 0, COUNT + 5);
      assertEquals(Set.of(Kind.BAD_LINK), kinds(g));
    }
  }

  @Test
  void seesALinkToANodeBelowTheLayer() {
    try (TestGraph g = damagedGraph()) {
      NodeRecords records = g.graph.records();
      int upper = HnswGraph.entryOrdinal(g.graph.entryPoint());
      int low = 0;
      while (records.level(low) > 0) {
        low++;
      }
      records.append(upper, records.level(upper), low);
      assertEquals(Set.of(Kind.BAD_LINK), kinds(g));
    }
  }

  @Test
  void seesAListThatIsTooLong() {
    try (TestGraph g = damagedGraph()) {
      g.graph.records().nodes.set(5, NodeRecords.COUNT, 9);
      assertEquals(Kind.DEGREE, g.violations().getFirst().kind());
      assertEquals(5, g.violations().getFirst().ordinal());
    }
  }

  @Test
  void seesAnInDegreeThatIsNotTrue() {
    try (TestGraph g = damagedGraph()) {
      int node = 0;
      while (!g.graph.records().dropInLink(node)) {
        node++;
      }
      List<Violation> violations = g.violations();
      assertEquals(1, violations.size());
      assertEquals(Kind.IN_DEGREE, violations.getFirst().kind());
      assertEquals(node, violations.getFirst().ordinal());
    }
  }

  @Test
  void seesAnEntryPointThatIsNotTheHighest() {
    try (TestGraph g = damagedGraph()) {
      int low = 0;
      while (g.graph.levelOf(low) > 0) {
        low++;
      }
      g.graph.linkRead(low, COUNT);
      assertTrue(kinds(g).contains(Kind.ENTRY_POINT));
    }
  }

  @Test
  void seesWhatCannotBeReached() {
    try (TestGraph g = damagedGraph()) {
      TestGraphDamage.cutOff(g.graph, 77, COUNT);
      assertEquals(List.of(77), g.unreachable());
      assertEquals(
          List.of(Kind.UNREACHABLE), g.violations().stream().map(Violation::kind).toList());
      assertEquals(List.of(), GraphValidator.validate(g.graph, 77));
    }
  }

  @Test
  void listsABoundedNumberOfViolations() {
    try (TestGraph g = damagedGraph()) {
      List<Integer> dropped = new ArrayList<>();
      for (int node = 0; node < COUNT; node++) {
        if (g.graph.records().dropInLink(node)) {
          dropped.add(node);
        }
      }
      assertTrue(dropped.size() > GraphValidator.VIOLATIONS_MAX);
      assertEquals(GraphValidator.VIOLATIONS_MAX, g.violations().size());
    }
  }
}
