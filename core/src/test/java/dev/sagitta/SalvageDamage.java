package dev.sagitta;

import dev.sagitta.persistence.FileHandle;
import dev.sagitta.persistence.SimulatedFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** One way in which a file of a store is damaged. */
sealed interface SalvageDamage {
  int BLOCK_BYTES = 1 << 16;

  /** Does it. */
  void inflict(SimulatedFiles files, Path file) throws IOException;

  /** The first byte that is not what it was. */
  long from();

  /** Behind the last byte that may not be what it was. */
  long to();

  /** The file is gone. */
  record Missing() implements SalvageDamage {
    @Override
    public void inflict(SimulatedFiles files, Path file) throws IOException {
      files.delete(file);
    }

    @Override
    public long from() {
      return 0;
    }

    @Override
    public long to() {
      return Long.MAX_VALUE;
    }
  }

  /** The file ends early. */
  record Truncated(long from) implements SalvageDamage {
    @Override
    public void inflict(SimulatedFiles files, Path file) throws IOException {
      try (FileHandle handle = files.openForWriting(file)) {
        handle.truncate(from);
        handle.force();
      }
    }

    @Override
    public long to() {
      return Long.MAX_VALUE;
    }
  }

  /** Bytes are zero. */
  record Zeroed(long from, long to) implements SalvageDamage {
    @Override
    public void inflict(SimulatedFiles files, Path file) throws IOException {
      try (FileHandle handle = files.openForWriting(file)) {
        long end = Math.min(to, handle.size());
        handle.write(ByteBuffer.allocate((int) (end - from)), from);
        handle.force();
      }
    }
  }

  /** One bit is inverted. */
  record Flipped(long bit) implements SalvageDamage {
    @Override
    public void inflict(SimulatedFiles files, Path file) throws IOException {
      files.flipBit(file, bit);
    }

    @Override
    public long from() {
      return bit / Byte.SIZE;
    }

    @Override
    public long to() {
      return from() + 1;
    }
  }
}
