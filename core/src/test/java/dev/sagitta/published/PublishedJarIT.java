package dev.sagitta.published;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Requires;
import java.lang.module.ModuleFinder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;

/** What is in the JARs that are published, and what their POM names. */
final class PublishedJarIT {
  private static final List<String> MODULES_INSIDE =
      List.of("distance", "hnsw", "persistence", "backup", "engine");

  private static final Set<String> PARTS_AND_DEPENDENCIES =
      Set.of(
          "dev.sagitta/sagitta-backup",
          "dev.sagitta/sagitta-distance",
          "dev.sagitta/sagitta-hnsw",
          "dev.sagitta/sagitta-persistence",
          "org.agrona/agrona",
          "org.jspecify/jspecify");

  /** Whether this build runs with -o; then Maven makes no SBOM. */
  private static final boolean OFFLINE = Boolean.getBoolean("maven.offline");

  @Test
  void holdsTheClassesOfAllModulesAndNothingElse() throws IOException {
    Set<String> files = files(PublishedJar.path());
    for (String module : MODULES_INSIDE) {
      assertTrue(
          files.stream().anyMatch(file -> file.startsWith("dev/sagitta/" + module + "/")), module);
    }
    files.removeIf(file -> file.startsWith("dev/sagitta/") && file.endsWith(".class"));
    assertEquals(Set.of("META-INF/LICENSE", "META-INF/MANIFEST.MF", "module-info.class"), files);
  }

  @Test
  void exportsThePublicPackagesOnly() {
    ModuleDescriptor module =
        ModuleFinder.of(PublishedJar.path()).find("dev.sagitta").orElseThrow().descriptor();
    assertEquals(
        Set.of("dev.sagitta", "dev.sagitta.distance"),
        module.exports().stream()
            .map(ModuleDescriptor.Exports::source)
            .collect(Collectors.toSet()));
    assertEquals(
        Set.of("java.base", "org.agrona"),
        module.requires().stream()
            .filter(requires -> !requires.modifiers().contains(Requires.Modifier.STATIC))
            .map(Requires::name)
            .collect(Collectors.toSet()));
  }

  @Test
  void hasTheSourceOfEveryClass() throws IOException {
    Set<String> sources = files(PublishedJar.classified("sources"));
    Set<String> missing = new TreeSet<>();
    for (String file : files(PublishedJar.path())) {
      if (file.startsWith("dev/") && !file.contains("$") && !file.endsWith("package-info.class")) {
        missing.add(file.replace(".class", ".java"));
      }
    }
    missing.removeAll(sources);
    assertEquals(Set.of(), missing);
  }

  @Test
  void hasTheDocumentationOfThePublicPackagesOnly() throws IOException {
    Set<String> packages =
        files(PublishedJar.classified("javadoc")).stream()
            .filter(file -> file.endsWith("/package-summary.html"))
            .map(file -> file.substring(0, file.lastIndexOf('/')))
            .collect(Collectors.toSet());
    assertEquals(Set.of("dev/sagitta", "dev/sagitta/distance"), packages);
  }

  @Test
  void namesInItsPomOnlyWhatIsNotInside() throws IOException {
    String pom = Files.readString(Path.of(".flattened-pom.xml"));
    List<String> artifacts =
        Pattern.compile("<artifactId>([^<]*)</artifactId>")
            .matcher(pom)
            .results()
            .map(MatchResult::group)
            .map(element -> element.replaceAll("<[^>]*>", ""))
            .toList();
    assertEquals(List.of("sagitta", "agrona", "jspecify"), artifacts);
  }

  @Test
  void listsItselfItsPartsAndItsDependenciesInItsSbom() throws IOException {
    for (String name : List.of("bom.json", "bom.xml")) {
      Path sbom = PublishedJar.path().resolveSibling(name);
      if (!OFFLINE || Files.exists(sbom)) {
        List<String> components =
            Pattern.compile("purl(?:\" : \"|>)pkg:maven/([^@]+)@")
                .matcher(Files.readString(sbom))
                .results()
                .map(match -> match.group(1))
                .toList();
        assertEquals("dev.sagitta/sagitta", components.getFirst(), name);
        assertEquals(PARTS_AND_DEPENDENCIES, Set.copyOf(components.subList(1, components.size())));
      }
    }
  }

  private static Set<String> files(Path jar) throws IOException {
    try (JarFile file = new JarFile(jar.toFile())) {
      return file.stream()
          .filter(entry -> !entry.isDirectory())
          .map(ZipEntry::getName)
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }
}
