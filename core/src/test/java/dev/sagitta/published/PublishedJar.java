package dev.sagitta.published;

import java.io.File;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.agrona.BitUtil;
import org.jspecify.annotations.NullMarked;

/** The packaged JAR of this build, and what it needs beside it. */
final class PublishedJar {
  private PublishedJar() {}

  static Path path() {
    return Path.of(System.getProperty("sagitta.jar"));
  }

  /** The sibling of the JAR, such as its sources. */
  static Path classified(String classifier) {
    String name = path().getFileName().toString();
    return path().resolveSibling(name.replace(".jar", "-" + classifier + ".jar"));
  }

  /** The JAR and its dependencies, as a class path or module path. */
  static String withDependencies() throws URISyntaxException {
    return List.of(path(), jarOf(BitUtil.class), jarOf(NullMarked.class)).stream()
        .map(Path::toString)
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static Path jarOf(Class<?> type) throws URISyntaxException {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
  }
}
