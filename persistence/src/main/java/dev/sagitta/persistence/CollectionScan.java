package dev.sagitta.persistence;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.UUID;

/**
 * What a collection's directory holds that may be damaged: the manifests and logs that can be told.
 * Immutable.
 *
 * @param storeId the store that most files say they belong to; empty if no file's header is intact
 * @param manifests those of this store whose checksums are right, newest first; the files that they
 *     list may be damaged or missing
 * @param logs numbers of the logs that are there, ascending
 */
public record CollectionScan(Optional<UUID> storeId, List<Manifest> manifests, List<Long> logs) {

  public CollectionScan {
    manifests = List.copyOf(manifests);
    logs = List.copyOf(logs);
  }

  /**
   * Looks at a directory; changes nothing.
   *
   * @param damage told of every manifest that cannot be used
   * @throws FormatVersionException if the newest manifest is of a format not read here: what it
   *     says cannot be had, and what older ones say is not what the store holds
   * @throws IOException if the directory cannot be listed
   */
  public static CollectionScan read(FileOperations files, Path directory, DamageListener damage)
      throws IOException {
    List<String> names = files.list(directory);
    var votes = new HashMap<UUID, Integer>();
    var manifests = new ArrayList<Manifest>();
    var unknown = new TreeMap<Long, FormatVersionException>();
    var logs = new ArrayList<Long>();
    for (String name : names) {
      FileKind.ofName(name)
          .flatMap(kind -> storeOf(files, directory.resolve(name), kind))
          .ifPresent(store -> votes.merge(store, 1, Integer::sum));
      FileKind.LOG.number(name).ifPresent(logs::add);
      OptionalLong generation = FileKind.MANIFEST.number(name);
      if (generation.isPresent()) {
        try {
          manifest(files, directory.resolve(name), generation.getAsLong(), damage)
              .ifPresent(manifests::add);
        } catch (FormatVersionException e) {
          unknown.put(generation.getAsLong(), e);
        }
      }
    }
    logs.sort(Comparator.naturalOrder());
    manifests.sort(Comparator.comparingLong(Manifest::generation).reversed());
    passOver(unknown, manifests, damage);
    Optional<UUID> storeId = elected(votes, manifests);
    manifests.removeIf(manifest -> isForeign(manifest, storeId, directory, damage));
    return new CollectionScan(storeId, manifests, logs);
  }

  private static Optional<UUID> storeOf(FileOperations files, Path file, FileKind kind) {
    try (FileHandle handle = files.openForReading(file)) {
      return Optional.of(FileHeader.read(handle, file, kind));
    } catch (IOException e) {
      // Whoever needs the file tells of it; here it has no vote.
      return Optional.empty();
    }
  }

  private static Optional<Manifest> manifest(
      FileOperations files, Path file, long generation, DamageListener damage)
      throws FormatVersionException {
    try (BlockFileReader reader = BlockFileReader.openUnlisted(files, file, FileKind.MANIFEST)) {
      return Optional.of(ManifestCodec.read(reader, file, generation));
    } catch (FormatVersionException e) {
      throw e;
    } catch (IOException e) {
      damage.unusable(file, e);
      return Optional.empty();
    }
  }

  /** Of manifests of a format not read here, only older ones can be done without. */
  private static void passOver(
      TreeMap<Long, FormatVersionException> unknown,
      List<Manifest> manifests,
      DamageListener damage)
      throws FormatVersionException {
    long newest = manifests.isEmpty() ? 0 : manifests.getFirst().generation();
    if (!unknown.isEmpty() && unknown.lastKey() > newest) {
      throw unknown.lastEntry().getValue();
    }
    unknown.values().forEach(e -> damage.unusable(e.file(), e));
  }

  /** The store with the most votes; of several, that of the newest manifest. */
  private static Optional<UUID> elected(Map<UUID, Integer> votes, List<Manifest> manifests) {
    Optional<UUID> newest = manifests.stream().map(Manifest::storeId).findFirst();
    return votes.entrySet().stream()
        .max(
            Map.Entry.<UUID, Integer>comparingByValue()
                .thenComparing(vote -> newest.equals(Optional.of(vote.getKey())))
                .thenComparing(Map.Entry.comparingByKey()))
        .map(Map.Entry::getKey);
  }

  private static boolean isForeign(
      Manifest manifest, Optional<UUID> storeId, Path directory, DamageListener damage) {
    if (storeId.equals(Optional.of(manifest.storeId()))) {
      return false;
    }
    Path file = directory.resolve(FileKind.MANIFEST.fileName(manifest.generation()));
    damage.unusable(file, new WrongStoreException(file, storeId.orElseThrow(), manifest.storeId()));
    return true;
  }
}
