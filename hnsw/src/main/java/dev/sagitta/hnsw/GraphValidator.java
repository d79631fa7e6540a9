package dev.sagitta.hnsw;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntConsumer;

/**
 * Checks that a graph is what it must be, and finds what its searches cannot reach.
 *
 * <p>Scratch is off-heap and freed at the end: about 9 bytes per ordinal to validate, 4 to find
 * what is unreachable.
 */
public final class GraphValidator {
  /** No more violations than this are listed. */
  public static final int VIOLATIONS_MAX = 100;

  /** With such lists in it a graph cannot be walked. */
  private static final Set<Kind> LEADS_NOWHERE = EnumSet.of(Kind.DEGREE, Kind.BAD_LINK);

  private final HnswGraph graph;
  private final NodeRecords records;
  private final Arena arena;
  private final List<Violation> violations = new ArrayList<>();
  private final VisitedSet listed = new VisitedSet();
  private final int[] links;

  /** What is wrong. */
  public enum Kind {
    /** A list is longer than M, or 2M on layer 0. */
    DEGREE,
    /** A node links to itself. */
    SELF_LINK,
    /** A list holds a link twice. */
    DUPLICATE_LINK,
    /** A link leads to no node, or to one below the layer. */
    BAD_LINK,
    /** The counted links to a node are not those that there are. */
    IN_DEGREE,
    /** The entry point is missing, not contained, or not of the highest level. */
    ENTRY_POINT,
    /** No path of links leads from the entry point to a contained node. */
    UNREACHABLE
  }

  /**
   * Something that must not be.
   *
   * @param kind what is wrong
   * @param ordinal the node in which it is seen; -1 if in none
   * @param detail the values, for people
   */
  public record Violation(Kind kind, int ordinal, String detail) {}

  private GraphValidator(HnswGraph graph, Arena arena) {
    this.graph = graph;
    this.records = graph.records();
    this.arena = arena;
    this.links = new int[graph.parameters().linksMax(0)];
  }

  /**
   * Checks every node that there is: degrees, links, in-degrees and the entry point; and that the
   * contained ones below {@code slotCount} can be reached. No insertion may run meanwhile.
   *
   * @return what is wrong, at most {@value #VIOLATIONS_MAX} of it; empty if the graph is valid
   */
  public static List<Violation> validate(HnswGraph graph, int slotCount) {
    try (Arena arena = Arena.ofShared()) {
      return new GraphValidator(graph, arena).validate(slotCount);
    }
  }

  /**
   * Gives the ordinals below {@code slotCount} that are contained but cannot be reached by links
   * from the entry point, ascending. {@link GraphInserter#relink} makes one, and what only it links
   * to, reachable again. Beside insertions the answer is a guess: it may name ordinals that can be
   * reached, which does no harm.
   */
  public static void unreachable(HnswGraph graph, int slotCount, IntConsumer found) {
    try (Arena arena = Arena.ofShared()) {
      OrdinalSet reached = Reachability.from(graph, arena);
      long end = Math.min(slotCount, graph.records().capacity());
      for (int ordinal = 0; ordinal < end; ordinal++) {
        if (graph.contains(ordinal) && !reached.contains(ordinal)) {
          found.accept(ordinal);
        }
      }
    }
  }

  private List<Violation> validate(int slotCount) {
    long capacity = records.capacity();
    IntTable inDegrees = new IntTable(arena, capacity);
    int highestLevel = -1;
    for (long i = 0; i < capacity; i++) {
      int ordinal = (int) i;
      if (records.isBegun(ordinal)) {
        validateLists(ordinal, inDegrees);
        if (graph.contains(ordinal)) {
          highestLevel = Math.max(highestLevel, records.level(ordinal));
        }
      }
    }
    for (long i = 0; i < capacity; i++) {
      int ordinal = (int) i;
      int counted = records.inDegree(ordinal);
      if (counted != inDegrees.get(ordinal)) {
        add(Kind.IN_DEGREE, ordinal, counted + " counted, " + inDegrees.get(ordinal) + " there");
      }
    }
    validateEntryPoint(highestLevel);
    if (violations.stream().noneMatch(v -> LEADS_NOWHERE.contains(v.kind()))) {
      unreachable(graph, slotCount, o -> add(Kind.UNREACHABLE, o, "level " + records.level(o)));
    }
    return List.copyOf(violations);
  }

  private void validateLists(int ordinal, IntTable inDegrees) {
    for (int layer = 0; layer <= records.level(ordinal); layer++) {
      int count = records.count(ordinal, layer);
      if (count < 0 || count > graph.parameters().linksMax(layer)) {
        add(Kind.DEGREE, ordinal, count + " links on layer " + layer);
        continue;
      }
      records.copyLinks(ordinal, layer, links);
      listed.clear();
      for (int i = 0; i < count; i++) {
        validateLink(ordinal, layer, links[i]);
        if (!listed.add(links[i])) {
          add(Kind.DUPLICATE_LINK, ordinal, links[i] + " on layer " + layer);
        }
        if (layer == 0) {
          inDegrees.increment(links[i]);
        }
      }
    }
  }

  private void validateLink(int ordinal, int layer, int link) {
    if (link == ordinal) {
      add(Kind.SELF_LINK, ordinal, "on layer " + layer);
    } else if (link < 0 || !records.isBegun(link) || records.level(link) < layer) {
      add(Kind.BAD_LINK, ordinal, link + " on layer " + layer);
    }
  }

  private void validateEntryPoint(int highestLevel) {
    long entryPoint = graph.entryPoint();
    int level = HnswGraph.entryLevel(entryPoint);
    int entry = HnswGraph.entryOrdinal(entryPoint);
    if (level != highestLevel
        || (level >= 0 && (!graph.contains(entry) || records.level(entry) != level))) {
      add(Kind.ENTRY_POINT, entry, "level " + level + ", the highest is " + highestLevel);
    }
  }

  private void add(Kind kind, int ordinal, String detail) {
    if (violations.size() < VIOLATIONS_MAX) {
      violations.add(new Violation(kind, ordinal, detail));
    }
  }
}
