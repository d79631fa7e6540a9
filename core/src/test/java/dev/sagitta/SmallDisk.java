package dev.sagitta;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * A real file system of few MiB, mounted for a test and gone after it. Mounting needs rights that
 * not every machine gives; where it does not, the test is aborted with what was said.
 */
final class SmallDisk implements AutoCloseable {
  private static final int MEBIBYTES = 6;
  private static final String BALLAST = "ballast";

  private final Path root;

  private SmallDisk(Path root) {
    this.root = root;
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
    return new SmallDisk(root);
  }

  private static void run(List<String> command) throws IOException {
    String said;
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.onExit().join().exitValue() == 0) {
        return;
      }
    } catch (IOException e) {
      said = String.valueOf(e.getMessage());
    }
    abort("this machine does not let the test do \"" + String.join(" ", command) + "\": " + said);
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
    fill(0);
    try (OutputStream ballast =
        Files.newOutputStream(root.resolve(BALLAST), StandardOpenOption.APPEND)) {
      while (true) {
        ballast.write(0);
      }
    } catch (IOException full) {
      if (!String.valueOf(full.getMessage()).contains("No space left")) {
        throw full;
      }
    }
  }

  /** Gives the space back that was taken. */
  void free() throws IOException {
    Files.delete(root.resolve(BALLAST));
  }

  @Override
  public void close() throws IOException {
    // Now, or when the last file of it that is still mapped is forgotten.
    run(List.of("umount", "-l", root.toString()));
  }
}
