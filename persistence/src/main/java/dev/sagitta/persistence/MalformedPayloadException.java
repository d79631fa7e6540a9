package dev.sagitta.persistence;

import java.io.IOException;

/**
 * Thrown by a {@link FrameConsumer}: a frame is intact, but its payload is not what the log's
 * writer appends. Whoever replays gets a {@link CorruptFileException} that names the frame's place.
 * Immutable.
 */
public final class MalformedPayloadException extends IOException {

  private static final long serialVersionUID = 1L;

  /**
   * @param message what is wrong with the payload
   */
  public MalformedPayloadException(String message, Throwable cause) {
    super(message, cause);
  }
}
