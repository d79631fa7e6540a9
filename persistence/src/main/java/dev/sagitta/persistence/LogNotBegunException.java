package dev.sagitta.persistence;

import java.io.IOException;

/**
 * A new log could not be made, for want of room or of file descriptors perhaps, and has no name.
 * What was there before is as it was, a log under that name too if it was to be made again, and
 * making it may be tried again. Immutable.
 */
public final class LogNotBegunException extends IOException {

  private static final long serialVersionUID = 1L;

  LogNotBegunException(IOException cause) {
    super(cause.toString(), cause);
  }

  /** For a directory whose names must be durable before there is a new one. */
  public LogNotBegunException(DirectoryNotOpenedException cause) {
    super(cause.getMessage(), cause);
  }
}
