package dev.sagitta.persistence;

import java.io.IOException;

/**
 * What every call on a {@link SimulatedFiles} throws once its machine has crashed: the state lives
 * on in the object that {@link SimulatedFiles#crash} or {@link SimulatedFiles#killProcess}
 * returned.
 */
public final class SimulatedCrash extends IOException {

  private static final long serialVersionUID = 1L;

  SimulatedCrash() {
    super("crashed");
  }
}
