package dev.sagitta.persistence;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Takes what a log holds, frame by frame, on the thread that replays it. */
@FunctionalInterface
public interface FrameConsumer {

  /**
   * Takes one frame's payload, which has been verified.
   *
   * @param sequence the frame's sequence, one more than that of the call before
   * @param payload read-only, little-endian, position 0, limit at its end; valid during this call
   *     only
   * @throws IOException ends the replay and reaches its caller
   * @throws MalformedPayloadException if the payload is not what the log's writer appends; reaches
   *     the caller as a {@link CorruptFileException} that names the frame's place
   */
  void accept(long sequence, ByteBuffer payload) throws IOException;
}
