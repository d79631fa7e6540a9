package dev.sagitta;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The program of a child that goes through a {@link KillCycle} until it is killed. */
final class KillPointChild {
  /** No point is so rare that it is not met in as many rounds. */
  private static final int ROUNDS_MAX = 40;

  private KillPointChild() {}

  /**
   * What the child does.
   *
   * @param occurrence at the how manieth time it stands still at the point, from 1
   * @param atLeast what must be there when it opens the database, by writer
   */
  record Task(
      Path directory,
      KillLevel level,
      long seed,
      KillPoint point,
      int occurrence,
      List<Long> atLeast) {

    List<String> arguments() {
      List<String> arguments = new ArrayList<>();
      arguments.add(directory.toString());
      arguments.add(level.name());
      arguments.add(Long.toString(seed));
      arguments.add(point.toString());
      arguments.add(Integer.toString(occurrence));
      atLeast.forEach(steps -> arguments.add(steps.toString()));
      return arguments;
    }

    private static Task parse(String[] arguments) {
      return new Task(
          Path.of(arguments[0]),
          KillLevel.valueOf(arguments[1]),
          Long.parseLong(arguments[2]),
          KillPoint.parse(arguments[3]),
          Integer.parseInt(arguments[4]),
          Arrays.stream(arguments).skip(5).map(Long::valueOf).toList());
    }
  }

  /** Never returns in peace. */
  public static void main(String[] arguments) throws IOException {
    KillChild.begin();
    Task task = Task.parse(arguments);
    KillFiles files =
        KillFiles.standingAt(
            task.directory(), task.point(), task.occurrence(), KillChild::sayStanding);
    KillCycle cycle =
        KillCycle.recover(
            task.level(),
            task.directory(),
            task.seed(),
            files,
            KillChild::sayAcknowledged,
            task.atLeast());
    for (int writer = 0; writer < KillCycle.WRITERS; writer++) {
      KillChild.sayAcknowledged(writer, cycle.steps().get(writer));
    }
    KillChild.sayRecovered();
    cycle.begin();
    for (int round = 0; round < ROUNDS_MAX; round++) {
      cycle.round();
    }
    throw new AssertionError("not met in " + ROUNDS_MAX + " rounds: " + task.point());
  }
}
