package dev.sagitta.persistence;

import java.io.IOException;

/**
 * A directory could not be opened to be forced, for want of file descriptors perhaps. Nothing was
 * forced, so unlike a force that failed it may be tried again. Immutable.
 */
public final class DirectoryNotOpenedException extends IOException {

  private static final long serialVersionUID = 1L;

  public DirectoryNotOpenedException(IOException cause) {
    super(cause.toString(), cause);
  }
}
