package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;

/**
 * A real file system of few MiB, mounted for a test and gone after it. Mounting needs rights that
 * not every machine gives; where it does not, the test is aborted with what was said.
 */
final class SmallDisk implements AutoCloseable {
  private static final int MEBIBYTES = 6;

  /** What ext4 may count as free while it gives it to nobody: blocks that it is still to place. */
  private static final long RESERVED_BYTES_MAX = 256 << 10;

  private static final String BALLAST = "ballast";

  private final Path root;

  /** What this system says of a full disk, in its language. */
  private final String fullMessage;

  private SmallDisk(Path root) throws IOException {
    this.root = root;
    fullMessage = takeLastByte();
    free();
  }

  /** What is mounted. */
  enum Type {
    TMPFS,
    /** In a file, through a loop device. */
    EXT4
  }

  /**
   * Mounts a new one.
   *
   * @param directory empty
   */
  static SmallDisk mount(Type type, Path directory) throws IOException {
    Path root = Files.createDirectory(directory.resolve("disk"));
    switch (type) {
      case TMPFS ->
          run(
              List.of(
                  "mount",
                  "-t",
                  "tmpfs",
                  "-o",
                  "size=" + MEBIBYTES + "m",
                  "none",
                  root.toString()));
      case EXT4 -> {
        Path image = directory.resolve("image");
        Files.write(image, new byte[MEBIBYTES << 20]);
        run(List.of("mkfs.ext4", "-q", "-m", "0", image.toString()));
        run(List.of("mount", "-o", "loop", image.toString(), root.toString()));
      }
    }
    try {
      return new SmallDisk(root);
    } catch (IOException | RuntimeException e) {
      unmount(root);
      throw e;
    }
  }

  /** Aborts the test where this machine does not allow it. */
  private static void run(List<String> command) {
    Optional<String> refusal = refusal(command);
    if (refusal.isPresent()) {
      abort("this machine does not let the test " + command.getFirst() + ": " + refusal.get());
    }
  }

  /** Runs a command; what it said if it failed. */
  private static Optional<String> refusal(List<String> command) {
    try {
      ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
      builder.environment().put("LC_ALL", "C");
      Process process = builder.start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return process.onExit().join().exitValue() == 0
          ? Optional.empty()
          : Optional.of(command + " said " + said.strip());
    } catch (IOException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  Path data() {
    return root.resolve("data");
  }

  /** Mounts it again, {@code ro} or {@code rw}. */
  void remount(String how) throws IOException {
    run(List.of("mount", "-o", "remount," + how, root.toString()));
  }

  /** Takes all space but for so many bytes, at least. */
  void fill(long bytesLeft) throws IOException {
    try (OutputStream ballast =
        Files.newOutputStream(
            root.resolve(BALLAST), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      byte[] bytes = new byte[4 << 10];
      while (Files.getFileStore(root).getUsableSpace() >= bytesLeft + bytes.length) {
        ballast.write(bytes);
      }
    }
  }

  /** Takes all space, to the last byte. */
  void fill() throws IOException {
    String unused = takeLastByte();
  }

  /** Takes all space; what the system says then. */
  private String takeLastByte() throws IOException {
    fill(0);
    try (OutputStream ballast =
        Files.newOutputStream(root.resolve(BALLAST), StandardOpenOption.APPEND)) {
      while (true) {
        ballast.write(0);
      }
    } catch (IOException full) {
      if (Files.getFileStore(root).getUsableSpace() > RESERVED_BYTES_MAX) {
        throw full;
      }
      return String.valueOf(full.getMessage());
    }
  }

  /** Fails unless an error says that the disk is full, or comes of one that did. */
  void assertSaysFull(SagittaException error) {
    StringBuilder all = new StringBuilder();
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      all.append(cause).append("; ");
    }
    assertTrue(all.toString().contains(fullMessage), () -> all + "not: " + fullMessage);
  }

  /** Gives the space back that was taken. */
  void free() throws IOException {
    Files.delete(root.resolve(BALLAST));
  }

  @Override
  public void close() throws IOException {
    unmount(root);
  }

  private static void unmount(Path root) throws IOException {
    if (refusal(List.of("umount", root.toString())).isEmpty()) {
      return;
    }
    // Gone at once, and given back when the last file of it that is still mapped is forgotten.
    Optional<String> refusal = refusal(List.of("umount", "-l", root.toString()));
    if (refusal.isPresent()) {
      throw new IOException("stays mounted: " + refusal.get());
    }
  }
}
