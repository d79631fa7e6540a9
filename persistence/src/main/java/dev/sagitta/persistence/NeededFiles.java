package dev.sagitta.persistence;

import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/** What the kept manifests need, among the names of a directory. For one thread. */
final class NeededFiles {

  private final Set<String> names = new HashSet<>();
  private long firstLog = Long.MAX_VALUE;
  private long requiredLog;

  NeededFiles(List<Manifest> kept) {
    for (Manifest manifest : kept) {
      names.add(FileKind.MANIFEST.fileName(manifest.generation()));
      manifest.files().forEach(entry -> names.add(entry.name()));
      firstLog = Math.min(firstLog, manifest.firstLog());
      requiredLog = Math.max(requiredLog, manifest.requiredLog());
    }
  }

  /** Whether a file may go: one of a kind, finished or left behind, that is not needed. */
  boolean isObsolete(String name) {
    if (name.endsWith(FileKind.TEMPORARY_SUFFIX)) {
      return isLeftover(name.substring(0, name.length() - FileKind.TEMPORARY_SUFFIX.length()));
    }
    OptionalLong log = FileKind.LOG.number(name);
    if (log.isPresent()) {
      return log.getAsLong() < firstLog;
    }
    return FileKind.ofName(name).isPresent() && !names.contains(name);
  }

  /** A log above the required one may be in the making this moment, by the write lane. */
  private boolean isLeftover(String name) {
    OptionalLong log = FileKind.LOG.number(name);
    return log.isPresent() ? log.getAsLong() <= requiredLog : FileKind.ofName(name).isPresent();
  }
}
