package dev.sagitta.benchmarks.data;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the header of NumPy's array file says, a dictionary as Python writes it:
 *
 * <pre>
 *   {'descr': '&lt;f4', 'fortran_order': False, 'shape': (1000, 128), }
 * </pre>
 *
 * The values are kept as they are written there.
 *
 * @param type of the elements, under descr
 * @param fortranOrder False if the last dimension's elements are closest together
 * @param shape sizes of the dimensions
 */
record NpyHeader(String type, String fortranOrder, String shape) {
  private static final int KEYS = 3;

  private static final Pattern DICTIONARY = Pattern.compile("\\s*\\{(.*)}\\s*", Pattern.DOTALL);

  /** A key, its value (a string, a word, a tuple or a list), and a comma unless it is the last. */
  private static final Pattern ENTRY =
      Pattern.compile(
          "\\s*'(\\w+)'\\s*:\\s*('[^']*'|\\w+|\\([^()]*\\)|\\[[^\\[\\]]*])\\s*(?:,\\s*|$)");

  /**
   * Parses the text of a header.
   *
   * @param bytes of the file, for the error
   */
  static NpyHeader parse(FileBytes bytes, String text) throws IOException {
    Map<String, String> entries = entries(text);
    String type = entries.get("descr");
    String fortranOrder = entries.get("fortran_order");
    String shape = entries.get("shape");
    if (type == null || fortranOrder == null || shape == null || entries.size() > KEYS) {
      throw bytes.mismatch("a header with descr, fortran_order and shape", text.strip());
    }
    return new NpyHeader(type, fortranOrder, shape);
  }

  /** The dictionary's entries; none if it is not one, or if it has a key twice. */
  private static Map<String, String> entries(String text) {
    Matcher dictionary = DICTIONARY.matcher(text);
    if (!dictionary.matches()) {
      return Map.of();
    }
    Map<String, String> entries = new HashMap<>();
    Matcher entry = ENTRY.matcher(dictionary.group(1));
    while (entry.regionStart() < entry.regionEnd()) {
      if (!entry.lookingAt() || entries.put(entry.group(1), entry.group(2)) != null) {
        return Map.of();
      }
      entry.region(entry.end(), entry.regionEnd());
    }
    return entries;
  }
}
