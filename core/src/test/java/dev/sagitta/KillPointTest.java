package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.KillPoint.Moment;
import dev.sagitta.KillPoint.Phase;
import dev.sagitta.persistence.IoCall.Operation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Kills a process with SIGKILL at every call that changes files: before it, after it, and in the
 * middle of what it writes. The next process checks what it finds, goes on, and is killed at
 * another point, so that the traces of kills add up in a store.
 *
 * <p>A run without kills, before, tells which points there are. {@code mvn verify} takes some of
 * them, so that each kind of call is met at one of the levels that make it; with {@code
 * -Dsagitta.nightly.kills=N} all are taken at all levels, and more at random up to 70 % of N, while
 * {@link KillTest} does the others. {@code -Dsagitta.kill.seed=N} takes the same points again in
 * the same order.
 */
final class KillPointTest {
  private static final long SEED = Long.getLong("sagitta.kill.seed", System.nanoTime());
  private static final int KILLS = Integer.getInteger("sagitta.nightly.kills", 0);
  private static final int NIGHTLY_KILLS_PER_LEVEL = (KILLS * 7 + 29) / 30;

  /** None is left out silently: beyond this, {@code mvn verify} would take too long. */
  private static final int KINDS_PER_LEVEL_MAX = 36;

  /** What the children have to read and to replay in their minds grows with each. */
  private static final int KILLS_PER_STORE = 10;

  private static final int RECORDED_ROUNDS = 3;
  private static final int POINTS_MIN = 150;

  /** The points of each level, as far as they were asked for. */
  private static final Map<KillLevel, Map<KillPoint, Integer>> RECORDED =
      new EnumMap<>(KillLevel.class);

  /** Leaves a collection to be removed, and frames to be copied, by the next process. */
  private static final KillPoint DROPPING =
      new KillPoint(Phase.DROP, Operation.RENAME, "collection", Moment.AFTER);

  /**
   * A point to be killed at.
   *
   * @param occurrence the how manieth time it is met, from 1
   */
  private record Target(KillPoint point, int occurrence) {
    @Override
    public String toString() {
      return point + "#" + occurrence;
    }
  }

  @TempDir Path directory;

  private final Random random = new Random(SEED);
  private int stores;

  @ParameterizedTest
  @EnumSource
  @Timeout(value = 1, unit = TimeUnit.HOURS)
  void aKillAtAnyCallLosesNothing(KillLevel level) throws Exception {
    System.out.printf("KillPointTest %s seed %d%n", level, SEED);
    Map<KillPoint, Integer> points = pointsOf(level);
    assertTrue(points.size() >= POINTS_MIN, () -> "only " + points.keySet());
    List<Target> targets = KILLS > 0 ? all(points) : some(points, level);
    long start = System.nanoTime();
    int kills = 0;
    Map<Phase, Integer> byPhase = new TreeMap<>();
    Store store = new Store(level, random.nextLong());
    for (Target target : targets) {
      if (store.kills.size() >= KILLS_PER_STORE) {
        store.close();
        store = new Store(level, random.nextLong());
      }
      if (target.point().once()) {
        store.kill(new Target(DROPPING, 1));
        kills++;
      }
      store.kill(target);
      kills++;
      byPhase.merge(target.point().phase(), 1, Integer::sum);
    }
    store.close();
    Set<KillPoint> met = targets.stream().map(Target::point).collect(Collectors.toSet());
    Set<String> calls = met.stream().map(KillPoint::call).collect(Collectors.toSet());
    double minutes = (System.nanoTime() - start) / 60e9;
    System.out.printf(
        "KillPointTest %s: %d kills in %d stores, %.0f a minute; %d of %d points, %d of %d kinds of"
            + " call; kills by phase %s%n",
        level,
        kills,
        stores,
        kills / minutes,
        met.size(),
        points.size(),
        calls.size(),
        calls(points.keySet()).size(),
        byPhase);
  }

  private static Collection<String> calls(Collection<KillPoint> points) {
    return points.stream().map(KillPoint::call).collect(Collectors.toSet());
  }

  /** As recorded once, so that all levels see the same of each other. */
  private Map<KillPoint, Integer> pointsOf(KillLevel level) throws Exception {
    Map<KillPoint, Integer> points = RECORDED.get(level);
    if (points == null) {
      points = record(level);
      RECORDED.put(level, points);
    }
    return points;
  }

  /** All points that every round passes, or every recovery, and how often at least. */
  private Map<KillPoint, Integer> record(KillLevel level) throws Exception {
    Store store = new Store(level, SEED);
    store.kill(new Target(DROPPING, 1));
    KillFiles files = KillFiles.counting(store.data());
    KillCycle cycle = store.recover(files);
    cycle.begin();
    Map<KillPoint, Integer> points = new LinkedHashMap<>(files.takeCounts());
    Map<KillPoint, Integer> always = null;
    for (int round = 0; round < RECORDED_ROUNDS; round++) {
      cycle.round();
      Map<KillPoint, Integer> counts = files.takeCounts();
      if (always == null) {
        always = new LinkedHashMap<>(counts);
      } else {
        always.keySet().retainAll(counts.keySet());
        always.replaceAll((point, count) -> Math.min(count, counts.getOrDefault(point, count)));
      }
    }
    cycle.close();
    points.putAll(always == null ? Map.of() : always);
    return points;
  }

  private List<Target> all(Map<KillPoint, Integer> points) {
    List<KillPoint> order = shuffled(points.keySet());
    List<KillPoint> chosen = new ArrayList<>(order);
    while (chosen.size() < NIGHTLY_KILLS_PER_LEVEL) {
      chosen.add(order.get(random.nextInt(order.size())));
    }
    return targets(chosen, points);
  }

  /** This level's share of the kinds of call, each in one of the phases that make it. */
  private List<Target> some(Map<KillPoint, Integer> points, KillLevel level) throws Exception {
    Set<String> share = share(level);
    Map<String, KillPoint> chosen = new LinkedHashMap<>();
    for (KillPoint point : shuffled(points.keySet())) {
      if (share.contains(point.call())) {
        chosen.putIfAbsent(point.call(), point);
      }
    }
    assertEquals(share, chosen.keySet());
    return targets(List.copyOf(chosen.values()), points);
  }

  /**
   * The kinds of call that are taken at a level: each kind is at one of those that meet it. What is
   * met at few levels is given out first, each to the level that has least.
   */
  private Set<String> share(KillLevel level) throws Exception {
    Map<String, Set<KillLevel>> levels = new TreeMap<>();
    for (KillLevel each : KillLevel.values()) {
      for (String call : calls(pointsOf(each).keySet())) {
        levels.computeIfAbsent(call, unused -> EnumSet.noneOf(KillLevel.class)).add(each);
      }
    }
    List<Map.Entry<String, Set<KillLevel>>> order = new ArrayList<>(levels.entrySet());
    Collections.shuffle(order, new Random(SEED));
    order.sort(Comparator.comparingInt(entry -> entry.getValue().size()));
    Map<KillLevel, Integer> sizes = new EnumMap<>(KillLevel.class);
    Set<String> share = new HashSet<>();
    for (Map.Entry<String, Set<KillLevel>> entry : order) {
      KillLevel least =
          Collections.min(
              entry.getValue(), Comparator.comparingInt(each -> sizes.getOrDefault(each, 0)));
      sizes.merge(least, 1, Integer::sum);
      if (least == level) {
        share.add(entry.getKey());
      }
    }
    assertTrue(share.size() <= KINDS_PER_LEVEL_MAX, () -> "too many: " + share);
    return share;
  }

  /** In an order that follows from the seed alone. */
  private List<KillPoint> shuffled(Collection<KillPoint> points) {
    List<KillPoint> order = new ArrayList<>(points);
    order.sort(Comparator.comparing(KillPoint::toString));
    Collections.shuffle(order, random);
    return order;
  }

  private List<Target> targets(List<KillPoint> chosen, Map<KillPoint, Integer> points) {
    return chosen.stream()
        .map(point -> new Target(point, occurrence(point, points.getOrDefault(point, 1))))
        .toList();
  }

  /** How often a recovery reads depends on the store; elsewhere rounds go on until it is met. */
  private int occurrence(KillPoint point, int count) {
    boolean unsure = point.operation() == Operation.READ || point.operation() == Operation.MAP;
    return point.once() && unsure ? 1 : 1 + random.nextInt(count);
  }

  /** A database that is killed again and again, and what was acknowledged in it. */
  private final class Store {
    private final KillLevel level;
    private final long scriptSeed;
    private final int number = ++stores;
    private final List<Target> kills = new ArrayList<>();
    private List<Long> atLeast = Collections.nCopies(KillCycle.WRITERS, 0L);

    Store(KillLevel level, long scriptSeed) {
      this.level = level;
      this.scriptSeed = scriptSeed;
    }

    Path data() {
      return directory.resolve("data-" + number);
    }

    void kill(Target target) throws InterruptedException {
      kills.add(target);
      var task =
          new KillPointChild.Task(
              data(), level, scriptSeed, target.point(), target.occurrence(), atLeast);
      Path errors = directory.resolve("errors");
      try (KillChild child =
          KillChild.start(KillPointChild.class, task.arguments(), atLeast, errors)) {
        child.awaitStanding();
        atLeast = child.kill();
      } catch (IOException | AssertionError e) {
        throw new AssertionError(where(), e);
      }
    }

    /** Opens and checks it here. */
    KillCycle recover(KillFiles files) {
      AtomicLongArray unheard = new AtomicLongArray(KillCycle.WRITERS);
      try {
        return KillCycle.recover(level, data(), scriptSeed, files, unheard::set, atLeast);
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError(where(), e);
      }
    }

    /** Checks what the last kill left, and removes it. */
    void close() throws IOException {
      KillCycle cycle = recover(KillFiles.counting(data()));
      cycle.begin();
      cycle.close();
      Trees.delete(data());
    }

    private String where() {
      return "%s, store %d, script seed %d, acknowledged %s; replay with -Dsagitta.kill.seed=%d; kills in it: %s"
          .formatted(level, number, scriptSeed, atLeast, SEED, kills);
    }
  }
}
