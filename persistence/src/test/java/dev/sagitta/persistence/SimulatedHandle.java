package dev.sagitta.persistence;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A handle on a {@link SimulatedFile}, which it reaches whatever becomes of the name. Every call
 * runs under the lock of its file system.
 */
final class SimulatedHandle implements FileHandle {

  private static final long ALIGNMENT_BYTES = 4096;

  private final SimulatedFiles files;
  private final SimulatedFile file;
  private final Path path;
  private final boolean writable;
  private boolean open = true;

  SimulatedHandle(SimulatedFiles files, SimulatedFile file, Path path, boolean writable) {
    this.files = files;
    this.file = file;
    this.path = path;
    this.writable = writable;
  }

  @Override
  public int read(ByteBuffer target, long position) throws IOException {
    synchronized (files) {
      files.enter(IoCall.Operation.READ, path, target.remaining());
      requireOpen();
      requirePosition(position);
      return file.read(target, position);
    }
  }

  @Override
  public void write(ByteBuffer source, long position) throws IOException {
    synchronized (files) {
      int asked = source.remaining();
      Optional<Interceptor.Fault> fault =
          files.faultOf(IoCall.Operation.WRITE, path, source.remaining());
      requireWritable();
      requirePosition(position);
      int count = fault.map(Interceptor.Fault::appliedBytes).orElse(asked);
      file.write(source, Math.toIntExact(position), Math.min(count, asked));
      if (fault.isPresent()) {
        throw fault.get().error();
      }
    }
  }

  @Override
  public void force() throws IOException {
    synchronized (files) {
      Optional<Interceptor.Fault> fault = files.faultOf(IoCall.Operation.FORCE, path, 0);
      requireOpen();
      if (fault.isPresent()) {
        if (files.alive()) {
          file.failForce(fault.get().aftermath() == Interceptor.Aftermath.SURPRISE);
        }
        throw fault.get().error();
      }
      file.force();
    }
  }

  @Override
  public void truncate(long bytes) throws IOException {
    synchronized (files) {
      files.enter(IoCall.Operation.TRUNCATE, path, 0);
      requireOpen();
      if (bytes < 0 || bytes > file.size()) {
        throw new IllegalArgumentException(
            "truncate " + path + " to " + bytes + " bytes, allowed 0 to " + file.size());
      }
      requireWritable();
      file.truncate((int) bytes);
    }
  }

  @Override
  public long size() throws IOException {
    synchronized (files) {
      files.enter(IoCall.Operation.SIZE, path, 0);
      requireOpen();
      return file.size();
    }
  }

  /** Not a mapping but a copy: a later write does not show, as it may or may not on a real one. */
  @Override
  public MemorySegment map(long bytes, Arena arena) throws IOException {
    synchronized (files) {
      files.enter(IoCall.Operation.MAP, path, 0);
      requireOpen();
      NioFileHandle.requireMappable(path, bytes, file.size());
      MemorySegment segment = arena.allocate(bytes, ALIGNMENT_BYTES);
      MemorySegment.copy(file.bytes(), 0, segment, ValueLayout.JAVA_BYTE, 0, (int) bytes);
      return segment.asReadOnly();
    }
  }

  /** Never fails, also after a crash. */
  @Override
  public void close() {
    synchronized (files) {
      open = false;
    }
  }

  private void requireOpen() throws ClosedChannelException {
    if (!open) {
      throw new ClosedChannelException();
    }
  }

  private void requireWritable() throws ClosedChannelException {
    requireOpen();
    if (!writable) {
      throw new NonWritableChannelException();
    }
  }

  private static void requirePosition(long position) {
    if (position < 0) {
      throw new IllegalArgumentException("position " + position + ", allowed 0 and above");
    }
  }
}
