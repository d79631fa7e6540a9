package dev.sagitta.persistence;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Entries of a simulated directory: those that callers see, those on the medium, and the changes in
 * between. Guarded by the {@link SimulatedFiles} it belongs to.
 *
 * <p>A node has one name at most, in every surviving state too: each change says where one node is
 * from then on, and applying it removes the node's earlier name.
 *
 * <p>A change is <em>dropped</em> by a force that fails: it counts as clean, so no later force
 * makes it durable, and only a power loss tells whether it had reached the medium. A new change of
 * the same node or name takes its place once that is forced.
 */
final class SimulatedDirectory implements SimulatedNode {

  private final TreeMap<String, SimulatedNode> live = new TreeMap<>();
  private final Map<String, SimulatedNode> durable = new HashMap<>();

  /** In their order, those that were dropped among them. */
  private final List<Change> pending = new ArrayList<>();

  /** A node goes to a name, or to none: a creation, renaming or deletion. */
  private record Change(SimulatedNode node, @Nullable String name, boolean dropped) {

    void apply(Map<String, SimulatedNode> entries) {
      entries.values().removeIf(entry -> entry == node);
      if (name != null) {
        entries.put(name, node);
      }
    }

    boolean overrides(Change earlier) {
      return node == earlier.node || (name != null && name.equals(earlier.name));
    }
  }

  @Nullable SimulatedNode get(String name) {
    return live.get(name);
  }

  boolean isEmpty() {
    return live.isEmpty();
  }

  /** Live names, sorted. */
  List<String> names() {
    return List.copyOf(live.keySet());
  }

  /** Gives the node that name and no other, replacing who had it. */
  void put(String name, SimulatedNode node) {
    change(new Change(node, name, false));
  }

  void remove(SimulatedNode node) {
    change(new Change(node, null, false));
  }

  private void change(Change change) {
    change.apply(live);
    pending.add(change);
  }

  void force() {
    var left = new ArrayList<Change>();
    for (Change change : pending) {
      if (change.dropped()) {
        left.add(change);
      } else {
        left.removeIf(change::overrides);
        change.apply(durable);
      }
    }
    pending.clear();
    pending.addAll(left);
  }

  /** The kernel forgets the changes; they may or may not be on the medium. */
  void failForce() {
    pending.replaceAll(change -> new Change(change.node(), change.name(), true));
  }

  /** A name is lost in both planes, or stands for another node, as if it had always been so. */
  void decay(String name, @Nullable SimulatedNode node) {
    pending.removeIf(change -> name.equals(change.name()));
    if (node == null) {
      live.remove(name);
      durable.remove(name);
    } else {
      live.put(name, node);
      durable.put(name, node);
    }
  }

  @Override
  public SimulatedDirectory copy(Map<SimulatedNode, SimulatedNode> copies) {
    var copy = new SimulatedDirectory();
    live.forEach((name, node) -> copy.live.put(name, copyOf(node, copies)));
    durable.forEach((name, node) -> copy.durable.put(name, copyOf(node, copies)));
    pending.forEach(
        change ->
            copy.pending.add(
                new Change(copyOf(change.node(), copies), change.name(), change.dropped())));
    return copy;
  }

  /** One copy of each node, whatever its names in the two planes. */
  private static SimulatedNode copyOf(
      SimulatedNode node, Map<SimulatedNode, SimulatedNode> copies) {
    SimulatedNode known = copies.get(node);
    if (known == null) {
      known = node.copy(copies);
      copies.put(node, known);
    }
    return known;
  }

  @Override
  public SimulatedDirectory survive(RandomGenerator random, byte[] stale, boolean noise) {
    var entries = new TreeMap<>(durable);
    if (random.nextBoolean()) {
      // A journal: changes reach the medium in their order, up to some point.
      int kept = random.nextInt(pending.size() + 1);
      pending.subList(0, kept).forEach(change -> change.apply(entries));
    } else {
      // No journal: each change on its own.
      for (Change change : pending) {
        if (random.nextBoolean()) {
          change.apply(entries);
        }
      }
    }
    var survivor = new SimulatedDirectory();
    entries.forEach((name, node) -> survivor.put(name, node.survive(random, stale, noise)));
    survivor.force();
    return survivor;
  }
}
