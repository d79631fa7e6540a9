package dev.sagitta.benchmarks.race;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/** A checksum of the code that a class came with, to tell one build of a library from another. */
final class CodeFingerprint {
  private CodeFingerprint() {}

  /** Eight hexadecimal digits over the class's JAR, or the class files beside it. */
  static String of(Class<?> type) throws IOException {
    CRC32C checksum = new CRC32C();
    for (Path file : files(location(type))) {
      checksum.update(Files.readAllBytes(file));
    }
    return "%08x".formatted(checksum.getValue());
  }

  private static Path location(Class<?> type) throws IOException {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IOException("code of " + type + " is in no file", e);
    }
  }

  private static List<Path> files(Path location) throws IOException {
    try (Stream<Path> paths = Files.walk(location)) {
      return paths.filter(Files::isRegularFile).sorted().toList();
    }
  }
}
