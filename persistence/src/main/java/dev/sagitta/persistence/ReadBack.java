package dev.sagitta.persistence;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * What reading files back has found, before that goes which they could be made again from. Reads
 * each file once, as long as it is asked for, but those where it has failed. For one thread at a
 * time, which needs not be the one that uses the {@link ManifestStore}.
 */
public final class ReadBack {

  /**
   * What is to be read back.
   *
   * @param generation of the manifest that lists the files; 0 if there is none
   * @param storeId the store whose files they are
   * @param files as the manifest lists them
   */
  public record Request(long generation, UUID storeId, List<FileEntry> files) {

    static final Request NOTHING = new Request(0, new UUID(0, 0), List.of());

    public Request {
      files = List.copyOf(files);
    }
  }

  private final FileOperations files;
  private final Path directory;
  private final Set<FileEntry> intact = new HashSet<>();
  private final Map<FileEntry, IOException> failed = new LinkedHashMap<>();
  private long generation;

  /** For a collection's directory. Does no I/O. */
  public ReadBack(FileOperations files, Path directory) {
    this.files = files;
    this.directory = directory;
  }

  /** Reads and verifies what was not found intact before. Goes on behind damage and errors. */
  public void read(Request request) {
    generation = request.generation();
    failed.clear();
    intact.retainAll(request.files());
    for (FileEntry entry : request.files()) {
      if (!intact.contains(entry)) {
        read(request.storeId(), entry);
      }
    }
  }

  private void read(UUID storeId, FileEntry entry) {
    try (BlockFileReader reader = BlockFileReader.open(files, directory, storeId, entry)) {
      reader.verifyRest();
      intact.add(entry);
    } catch (IOException e) {
      failed.put(entry, e);
    }
  }

  /** Of the manifest whose files were read last; 0 if none were. */
  long generation() {
    return generation;
  }

  /** The files that are damaged or could not be read. */
  Set<FileEntry> failed() {
    return Set.copyOf(failed.keySet());
  }

  /** Why the first of these is; damage before errors. */
  Optional<IOException> problem() {
    return failed.values().stream()
        .filter(CorruptFileException.class::isInstance)
        .findFirst()
        .or(() -> failed.values().stream().findFirst());
  }
}
