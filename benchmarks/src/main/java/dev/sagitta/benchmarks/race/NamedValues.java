package dev.sagitta.benchmarks.race;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Properties;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Names and values of a small text file, {@code name=value} in each line, which programs in other
 * languages read and write too. A file is written as a whole or not at all.
 */
record NamedValues(Map<String, String> values) {
  NamedValues {
    values = Map.copyOf(values);
  }

  static NamedValues read(Path file) throws IOException {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    }
    return new NamedValues(
        properties.stringPropertyNames().stream()
            .collect(Collectors.toMap(name -> name, properties::getProperty)));
  }

  void write(Path file) throws IOException {
    SortedMap<String, String> sorted = new TreeMap<>(values);
    Path unfinished = file.resolveSibling(file.getFileName() + ".unfinished");
    Files.write(
        unfinished,
        sorted.entrySet().stream().map(entry -> entry.getKey() + "=" + entry.getValue()).toList());
    Files.move(unfinished, file, StandardCopyOption.REPLACE_EXISTING);
  }

  /**
   * A value.
   *
   * @throws IllegalArgumentException if there is none of that name
   */
  String text(String name) {
    String value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException("there is no " + name + " among " + values.keySet());
    }
    return value;
  }

  int integer(String name) {
    return Integer.parseInt(text(name));
  }

  long longInteger(String name) {
    return Long.parseLong(text(name));
  }

  double number(String name) {
    return Double.parseDouble(text(name));
  }
}
