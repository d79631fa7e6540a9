package dev.sagitta.benchmarks.race;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;

/**
 * The program around C++ hnswlib, {@code hnswlib.cpp} among the resources, compiled where the race
 * runs. Needs g++ and the header, which Debian has in libhnswlib-dev.
 *
 * @param file the program
 * @param version of the library, for the report
 */
record HnswlibProgram(Path file, String version) {
  private static final String SOURCE = "hnswlib.cpp";

  /** Compiles it into a directory; empty if it cannot be, which standard error then says. */
  static Optional<HnswlibProgram> compile(Path directory) throws IOException, InterruptedException {
    Path source = directory.resolve(SOURCE);
    Path program = directory.resolve("hnswlib-program");
    try (InputStream stream = HnswlibProgram.class.getResourceAsStream(SOURCE)) {
      if (stream == null) {
        throw new IOException("there is no resource " + SOURCE);
      }
      Files.copy(stream, source, StandardCopyOption.REPLACE_EXISTING);
    }
    String version = installedVersion();
    List<String> command =
        List.of(
            "g++",
            "-std=c++17",
            "-O3",
            "-march=native",
            "-DRACE_M=" + GraphParameters.M,
            "-DRACE_EF_CONSTRUCTION=" + GraphParameters.EF_CONSTRUCTION,
            "-DRACE_K=" + GraphParameters.K,
            "-DRACE_EF_OF_TWO_THREADS=" + SearchMeasurement.EF_OF_TWO_THREADS,
            "-DRACE_VERSION=\"" + version + "\"",
            "-o",
            program.toString(),
            source.toString(),
            "-lpthread");
    try {
      ChildProcess.run("g++", command, directory.resolve("hnswlib-compiler.log"));
      return Optional.of(new HnswlibProgram(program, version));
    } catch (IOException e) {
      System.err.println(
          "No hnswlib (C++); Debian has its header in libhnswlib-dev. " + e.getMessage());
      return Optional.empty();
    }
  }

  /** As Debian's package tells it; the header does not. */
  private static String installedVersion() throws InterruptedException {
    try {
      Process query =
          new ProcessBuilder("dpkg-query", "-W", "-f=${Version}", "libhnswlib-dev")
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String version =
          new String(query.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      return query.waitFor() == 0 && !version.isEmpty() ? version : "unknown";
    } catch (IOException noDebian) {
      return "unknown";
    }
  }
}
