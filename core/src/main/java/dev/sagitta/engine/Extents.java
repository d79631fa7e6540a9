package dev.sagitta.engine;

import dev.sagitta.CorruptionException;
import dev.sagitta.persistence.CorruptFileException;
import dev.sagitta.persistence.FileEntry;
import dev.sagitta.persistence.MappedBlockFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.agrona.collections.IntHashSet;
import org.jspecify.annotations.Nullable;

/**
 * A growing run of bytes in extents of equal size: the open ones in anonymous memory, the sealed
 * ones mapped from immutable files whose 64 KiB blocks are checked before their first use.
 *
 * <p>The write lane alone opens extents and writes into them, always behind what is published. The
 * checkpointer alone seals: it puts a file in the place of a full open extent with the same bytes.
 * Readers hold the epoch and take the array of extents with one volatile read; memory that left the
 * array is retired to the reclaimer.
 */
final class Extents {
  /**
   * One extent.
   *
   * @param memory its bytes, aligned to 64; of a file without the file's header
   * @param arena owns the memory
   * @param file the sealed file; null while the extent is open
   * @param copied where the extent is open, the file that its first bytes were copied from; null if
   *     there was none
   */
  record Extent(
      MemorySegment memory,
      Arena arena,
      @Nullable MappedBlockFile file,
      @Nullable MappedBlockFile copied) {
    /** Frees the memory; no reader is left. */
    void close() {
      arena.close();
    }

    /** The file that bytes at an offset came from; null if they were written here. */
    @Nullable MappedBlockFile origin(long offset) {
      return copied != null && offset < copied.bodyBytes() ? copied : file;
    }

    /** Whether no block of it needs checking any more. */
    boolean trusted() {
      return file == null || file.fullyVerified();
    }
  }

  private final long extentBytes;
  private final Executor readers;
  private final Reclaimer reclaimer;

  /** Replaced, never changed in place. */
  private volatile Extent[] extents = new Extent[0];

  /** Open, full extents whose files were damaged when they were read back; of the checkpointer. */
  private final IntHashSet damaged = new IntHashSet();

  /** Whether the next extent is to be made ready before it is asked for; of recovery. */
  private boolean ahead;

  /** Extents opened since that was said. A short log fills one, and must not pay for another. */
  private int opened;

  /** The next extent, if it is being made ready; of the write lane, and recovery before it. */
  private @Nullable CompletableFuture<Extent> spare;

  /**
   * No extents yet.
   *
   * @param extentBytes size of an open extent
   * @param readers runs the reads that check blocks
   * @param reclaimer frees what readers may still use
   */
  Extents(long extentBytes, Executor readers, Reclaimer reclaimer) {
    this.extentBytes = extentBytes;
    this.readers = readers;
    this.reclaimer = reclaimer;
  }

  long extentBytes() {
    return extentBytes;
  }

  /** The extents as they are now; not to be changed by the caller. */
  Extent[] now() {
    return extents;
  }

  /**
   * Memory of an extent for appending: opens it if it is not there, and copies it out of its file
   * if a checkpoint had stored it part full. Write lane only.
   *
   * @throws CorruptionException if that file is damaged
   */
  MemorySegment writable(int index) {
    Extent[] now = extents;
    if (index < now.length && now[index].file() == null) {
      return now[index].memory();
    }
    Extent opened = next();
    if (index < now.length) {
      MappedBlockFile stored = Objects.requireNonNull(now[index].file());
      copy(stored, opened);
      opened = new Extent(opened.memory(), opened.arena(), null, stored);
    }
    replace(index, opened);
    return opened.memory();
  }

  /**
   * Copies by an engine thread, and not out of the mapping, whose pages may have gone bad since
   * they were verified: what is copied here is stored under new checksums.
   */
  private void copy(MappedBlockFile stored, Extent target) {
    try {
      Waiting.on(
          CompletableFuture.runAsync(
              () -> read(stored, () -> stored.copyBody(target.memory())), readers));
    } catch (RuntimeException | Error e) {
      target.close();
      throw e;
    }
  }

  /** A read of a file. */
  private interface Read {
    void run() throws IOException;
  }

  private static void read(MappedBlockFile file, Read read) {
    try {
      read.run();
    } catch (IOException e) {
      throw Failures.translate("checking " + file.entry().name(), e);
    }
  }

  /**
   * An empty extent: the one that was made ready, if it is by now, since waiting for another thread
   * could take longer than the work.
   */
  private Extent next() {
    CompletableFuture<Extent> begun = spare;
    if (begun != null && !begun.isDone()) {
      return open();
    }
    boolean more = ahead && opened > 0;
    opened++;
    spare = more ? CompletableFuture.supplyAsync(this::open, readers) : null;
    return begun == null ? open() : Waiting.on(begun);
  }

  /**
   * Says whether many extents are to be filled one after the other. Then each next one is made
   * ready by an engine thread meanwhile: the system clears memory when it is first touched, which
   * takes half as long as filling it does. Recovery only.
   */
  void openAhead(boolean many) {
    ahead = many;
    opened = 0;
    CompletableFuture<Extent> begun = spare;
    if (!many && begun != null) {
      var _ = begun.thenAccept(Extent::close);
      spare = null;
    }
  }

  private Extent open() {
    Arena arena = Arena.ofShared();
    try {
      MemorySegment memory = arena.allocate(extentBytes, MappedBlockFile.BODY_OFFSET);
      return new Extent(memory, arena, null, null);
    } catch (RuntimeException | Error e) {
      arena.close();
      throw e;
    }
  }

  /**
   * Maps the next sealed extent while opening.
   *
   * @param bytes what it must hold
   */
  void addSealed(CollectionFiles files, FileEntry entry, long bytes) throws IOException {
    replace(extents.length, map(files, entry, bytes));
  }

  /**
   * Puts a file with the same bytes, which is read back first, in the place of an open, full
   * extent. Checkpointer only.
   *
   * @throws CorruptFileException if the file is damaged; the extent {@link #isDamaged} until
   *     another file takes its place
   * @throws IOException if it cannot be read or mapped now
   */
  void seal(int index, CollectionFiles files, FileEntry entry) throws IOException {
    try {
      replace(index, readBack(files, entry));
      damaged.remove(index);
    } catch (CorruptFileException e) {
      damaged.add(index);
      throw e;
    }
  }

  private Extent readBack(CollectionFiles files, FileEntry entry) throws IOException {
    Extent extent = map(files, entry, extentBytes);
    try {
      Objects.requireNonNull(extent.file()).verifyAll();
      return extent;
    } catch (IOException | RuntimeException | Error e) {
      extent.close();
      throw e;
    }
  }

  /** Whether an open extent must be written anew, its file being damaged. Checkpointer only. */
  boolean isDamaged(int index) {
    return damaged.contains(index);
  }

  /** Whether any open extent must be written anew. Checkpointer only. */
  boolean anyDamaged() {
    return !damaged.isEmpty();
  }

  private static Extent map(CollectionFiles files, FileEntry entry, long bytes) throws IOException {
    Arena arena = Arena.ofShared();
    try {
      MappedBlockFile file = files.map(entry, arena);
      if (file.bodyBytes() != bytes) {
        throw new CorruptFileException(
            files.path(entry), 0, "a body of " + bytes + " bytes", file.bodyBytes() + " bytes");
      }
      return sealed(file, arena);
    } catch (IOException | RuntimeException | Error e) {
      arena.close();
      throw e;
    }
  }

  private static Extent sealed(MappedBlockFile file, Arena arena) {
    return new Extent(
        file.segment().asSlice(MappedBlockFile.BODY_OFFSET, file.bodyBytes()), arena, file, null);
  }

  private synchronized void replace(int index, Extent extent) {
    Extent[] old = extents;
    Extent[] changed = index < old.length ? old.clone() : Arrays.copyOf(old, index + 1);
    changed[index] = extent;
    extents = changed;
    if (index < old.length) {
      reclaimer.retire(old[index]::close);
    }
  }

  /**
   * Makes sure that bytes of an extent are what was written: blocks of a sealed file that were not
   * looked at yet are read and checked by an engine thread, which the caller waits for.
   *
   * @throws CorruptionException if they are not
   */
  void ensureVerified(Extent extent, long offset, long bytes) {
    MappedBlockFile file = extent.file();
    if (extent.trusted()
        || file == null
        || file.verified(MappedBlockFile.BODY_OFFSET + offset, bytes)) {
      return;
    }
    Waiting.on(
        CompletableFuture.runAsync(
            () -> read(file, () -> file.verify(MappedBlockFile.BODY_OFFSET + offset, bytes)),
            readers));
  }

  /** Bytes of anonymous memory. */
  long anonymousBytes() {
    return Arrays.stream(extents)
        .filter(extent -> extent.file() == null)
        .mapToLong(extent -> extent.memory().byteSize())
        .sum();
  }

  /** Bytes of mapped files. */
  long mappedBytes() {
    return Arrays.stream(extents)
        .filter(extent -> extent.file() != null)
        .mapToLong(extent -> extent.memory().byteSize())
        .sum();
  }

  /** Frees everything; the epoch is closed by then. */
  void close() {
    openAhead(false);
    Extent[] last = extents;
    extents = new Extent[0];
    Closing.all(Arrays.stream(last).map(extent -> (Runnable) extent::close).toList());
  }
}
