package dev.sagitta.persistence;

import java.util.Map;
import java.util.random.RandomGenerator;

/** A file or directory of a {@link SimulatedFiles}, apart from its name. Guarded by that object. */
sealed interface SimulatedNode permits SimulatedFile, SimulatedDirectory {

  /**
   * A new node holding what a power loss leaves of this one, all of it durable. This one stays as
   * it is.
   *
   * @param random decides what becomes of everything that was not forced
   * @param stale content of a file deleted earlier, which may show up where a file grew but its
   *     data was not written
   * @param noise whether a sector that was being written may hold noise in place of new bytes
   */
  SimulatedNode survive(RandomGenerator random, byte[] stale, boolean noise);

  /**
   * The same once more, with both planes.
   *
   * @param copies of nodes met before, by identity
   */
  SimulatedNode copy(Map<SimulatedNode, SimulatedNode> copies);
}
