package dev.sagitta.engine;

import dev.sagitta.persistence.FileEntry;
import dev.sagitta.persistence.FileOperations;
import dev.sagitta.persistence.IntactBlocks;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A run of bytes in files of equal size, the last one perhaps shorter, of which some may be damaged
 * or missing. Not thread-safe. Keeps one file open, so it is to be read forward.
 */
final class SalvagedFiles implements Closeable {
  private final FileOperations files;
  private final Path directory;
  private final UUID storeId;
  private final List<FileEntry> entries;
  private final long fileBytes;
  private final long storedBytes;
  private final SalvageNotes notes;

  private int index = -1;

  /** The file at the index; null if it cannot be used. */
  private @Nullable IntactBlocks blocks;

  /**
   * A run over files that a manifest lists.
   *
   * @param fileBytes bytes that each file holds but the last
   * @param storedBytes bytes that all of them hold
   */
  SalvagedFiles(
      FileOperations files,
      Path directory,
      UUID storeId,
      List<FileEntry> entries,
      long fileBytes,
      long storedBytes,
      SalvageNotes notes) {
    this.files = files;
    this.directory = directory;
    this.storeId = storeId;
    this.entries = entries;
    this.fileBytes = fileBytes;
    this.storedBytes = storedBytes;
    this.notes = notes;
  }

  /**
   * Looks at every byte; whether all are intact.
   *
   * @param stopIfAsked throws if the salvage is to end
   */
  boolean areAllIntact(Runnable stopIfAsked) {
    long count = Math.ceilDiv(storedBytes, fileBytes);
    boolean intact = count == entries.size();
    for (int i = 0; i < Math.min(count, entries.size()); i++) {
      stopIfAsked.run();
      IntactBlocks open = open(i);
      intact &= open != null && open.bodyBytes() == bodyBytes(i) && open.areAll();
    }
    return intact;
  }

  /**
   * Fills the buffer; the bytes wanted are within one file.
   *
   * @return whether they are intact
   */
  boolean read(long address, ByteBuffer target) {
    if (address < 0 || address >= storedBytes || address / fileBytes >= entries.size()) {
      return false;
    }
    IntactBlocks open = open((int) (address / fileBytes));
    return open != null && open.read(address % fileBytes, target);
  }

  private @Nullable IntactBlocks open(int wanted) {
    if (wanted != index) {
      close();
      index = wanted;
      FileEntry entry = entries.get(wanted);
      try {
        blocks = IntactBlocks.open(files, directory, storeId, entry, bodyBytes(wanted), notes);
      } catch (IOException e) {
        notes.unusable(directory.resolve(entry.name()), e);
      }
    }
    return blocks;
  }

  private long bodyBytes(int file) {
    return Math.min(storedBytes - file * fileBytes, fileBytes);
  }

  @Override
  public void close() {
    IntactBlocks open = blocks;
    blocks = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        notes.unusable(directory.resolve(entries.get(index).name()), e);
      }
    }
    index = -1;
  }
}
