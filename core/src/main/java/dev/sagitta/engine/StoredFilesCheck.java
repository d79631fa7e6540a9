package dev.sagitta.engine;

import dev.sagitta.VerifyLevel;
import dev.sagitta.persistence.BlockFileScan;
import dev.sagitta.persistence.FileEntry;
import dev.sagitta.persistence.LogScan;
import dev.sagitta.persistence.Manifest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Checks the bytes of a collection's files, in bounded steps: headers and tails, then blocks and
 * frames. For one thread at a time. What it remembers is no larger than the manifests.
 */
final class StoredFilesCheck implements AutoCloseable {
  private static final int FILES_PER_STEP = 64;
  private static final long BYTES_PER_STEP = 1 << 20;

  /** What looking at header and tail of a file counts as, in bytes to be read. */
  private static final long TAIL_BYTES = 4_096;

  /** A file and the manifest that lists it, the newest such. */
  private record Listed(Manifest manifest, FileEntry entry) {}

  private final PinnedFiles pinned;
  private final boolean checksums;
  private final Findings findings;
  private final List<Listed> listed = new ArrayList<>();

  /** Names of files that are not there with their length, header and tail. */
  private final Set<String> broken = new HashSet<>();

  private final long bytesTotal;
  private long bytesDone;

  /** Next file whose header and tail are to be looked at. */
  private int nextTail;

  /** Next file whose blocks are to be looked at. */
  private int nextFile;

  private @Nullable BlockFileScan blocks;
  private @Nullable LogScan frames;

  /** Checks the logs' headers at once, and prepares for everything else. */
  StoredFilesCheck(PinnedFiles pinned, VerifyLevel level, Findings findings) throws IOException {
    this.pinned = pinned;
    this.findings = findings;
    checksums = level.compareTo(VerifyLevel.CHECKSUMS) >= 0;
    Set<FileEntry> known = new HashSet<>();
    long total = 0;
    for (Manifest manifest : pinned.manifests()) {
      findings.countFiles(1);
      for (FileEntry entry : manifest.files()) {
        if (known.add(entry)) {
          listed.add(new Listed(manifest, entry));
          total += TAIL_BYTES + (checksums ? entry.bytes() : 0);
        }
      }
    }
    bytesTotal = total + openLogs();
  }

  /**
   * Checks the headers of the logs that each manifest needs, and keeps open those of the oldest,
   * among which the others' are.
   *
   * @return bytes of frames to be read
   */
  private long openLogs() throws IOException {
    long bytes = 0;
    for (Manifest manifest : pinned.manifests()) {
      try {
        LogScan opened = pinned.logs(manifest);
        closeFrames();
        frames = opened;
        bytes = checksums ? opened.fileBytes() : 0;
      } catch (IOException e) {
        findings.add(e);
      }
    }
    if (frames != null) {
      findings.countFiles(frames.logs());
    }
    return bytes;
  }

  /** Bytes to be read, roughly; never changes. */
  long bytesTotal() {
    return bytesTotal;
  }

  /** Bytes that were read, roughly; never goes back. */
  long bytesDone() {
    return bytesDone;
  }

  /** The newest manifest whose files are all there, which opening would take. */
  Optional<Manifest> openable() {
    return pinned.manifests().stream()
        .filter(manifest -> manifest.files().stream().noneMatch(this::isBroken))
        .findFirst();
  }

  private boolean isBroken(FileEntry entry) {
    return broken.contains(entry.name());
  }

  /** Does the next step; false if there was none left. */
  boolean step() throws IOException {
    if (nextTail < listed.size()) {
      for (int i = 0; i < FILES_PER_STEP && nextTail < listed.size(); i++) {
        tail(listed.get(nextTail++));
      }
      return true;
    }
    if (checksums && (blocks != null || nextFile < listed.size())) {
      blocks();
      return true;
    }
    if (checksums && frames != null) {
      frames(frames);
      return true;
    }
    bytesDone = bytesTotal;
    return false;
  }

  private void tail(Listed file) throws IOException {
    bytesDone += TAIL_BYTES;
    findings.countFiles(1);
    try {
      pinned.scan(file.manifest(), file.entry()).close();
    } catch (IOException e) {
      findings.add(e);
      broken.add(file.entry().name());
    }
  }

  private void blocks() throws IOException {
    long end = bytesDone + BYTES_PER_STEP;
    while (bytesDone < end && (blocks != null || nextFile < listed.size())) {
      if (blocks == null) {
        openBlocks(listed.get(nextFile++));
      } else if (blocks.hasNext()) {
        block(blocks);
      } else {
        closeBlocks();
      }
    }
  }

  private void openBlocks(Listed file) throws IOException {
    // What is not in blocks counts as read here.
    if (isBroken(file.entry())) {
      bytesDone += file.entry().bytes();
      return;
    }
    try {
      blocks = pinned.scan(file.manifest(), file.entry());
      bytesDone += file.entry().bytes() - blocks.bytes();
    } catch (IOException e) {
      findings.add(e);
      bytesDone += file.entry().bytes();
    }
  }

  private void block(BlockFileScan scan) throws IOException {
    long before = scan.remaining();
    try {
      findings.countBytes(scan.next());
    } catch (IOException e) {
      findings.add(e);
    }
    bytesDone += before - scan.remaining();
  }

  private void frames(LogScan scan) throws IOException {
    long before = scan.readBytes();
    boolean more = true;
    while (more && scan.readBytes() < before + BYTES_PER_STEP) {
      try {
        more = scan.next((sequence, payload) -> {});
      } catch (IOException e) {
        findings.add(e);
      }
    }
    long read = scan.readBytes() - before;
    findings.countBytes(read);
    bytesDone = Math.min(bytesTotal, bytesDone + read);
    if (!more) {
      closeFrames();
    }
  }

  private void closeBlocks() throws IOException {
    BlockFileScan open = blocks;
    blocks = null;
    if (open != null) {
      open.close();
    }
  }

  private void closeFrames() throws IOException {
    LogScan open = frames;
    frames = null;
    if (open != null) {
      open.close();
    }
  }

  @Override
  public void close() throws IOException {
    try {
      closeBlocks();
    } finally {
      closeFrames();
    }
  }
}
