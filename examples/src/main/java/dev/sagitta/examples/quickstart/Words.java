package dev.sagitta.examples.quickstart;

import static java.util.Map.entry;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Cuts names and questions into words, so that {@code readAllLines} and "read all the lines" become
 * the same ones: read, all, lin.
 *
 * <p>A word is lower case, common abbreviations are spelt out, words without content are left out,
 * and endings are cut off so lightly that the rest need not be a word.
 */
final class Words {
  private static final Pattern BETWEEN_WORDS =
      Pattern.compile(
          "[^A-Za-z]+" // anything but a letter
              + "|(?<=[a-z])(?=[A-Z])" // read|All
              + "|(?<=[A-Z])(?=[A-Z][a-z])"); // XML|Parser

  private static final Set<String> WITHOUT_CONTENT =
      Set.of(
          "a", "an", "and", "are", "as", "at", "be", "by", "do", "for", "from", "get", "how", "i",
          "if", "in", "into", "is", "it", "its", "me", "my", "of", "on", "one", "or", "set", "that",
          "the", "this", "to", "two", "until", "what", "which", "with");

  private static final Map<String, String> ABBREVIATIONS =
      Map.ofEntries(
          entry("abs", "absolute value"),
          entry("addr", "address"),
          entry("attr", "attribute"),
          entry("auth", "authentication"),
          entry("buf", "buffer"),
          entry("char", "character"),
          entry("config", "configuration"),
          entry("cos", "cosine"),
          entry("dir", "directory"),
          entry("env", "environment"),
          entry("exec", "execute"),
          entry("img", "image"),
          entry("info", "information"),
          entry("int", "integer"),
          entry("lang", "language"),
          entry("len", "length"),
          entry("max", "maximum"),
          entry("millis", "millisecond"),
          entry("min", "minimum"),
          entry("msg", "message"),
          entry("nanos", "nanosecond"),
          entry("num", "number"),
          entry("param", "parameter"),
          entry("pow", "power"),
          entry("regex", "regular expression"),
          entry("sin", "sine"),
          entry("sqrt", "square root"),
          entry("src", "source"),
          entry("str", "string"),
          entry("temp", "temporary"),
          entry("tmp", "temporary"));

  private Words() {}

  /** The words of a name or a question, in order. */
  static Stream<String> of(String text) {
    return BETWEEN_WORDS
        .splitAsStream(text)
        .map(word -> word.toLowerCase(Locale.ROOT))
        .filter(word -> !word.isEmpty() && !WITHOUT_CONTENT.contains(word))
        .flatMap(Words::spellOut)
        .map(Words::stem);
  }

  /** The groups of three and four letters of a word; {@code <} and {@code >} mark its ends. */
  static Stream<String> letterGroups(String word) {
    String marked = "<" + word + ">";
    return IntStream.rangeClosed(3, 4)
        .boxed()
        .flatMap(
            length ->
                IntStream.rangeClosed(0, marked.length() - length)
                    .mapToObj(start -> "#" + marked.substring(start, start + length)));
  }

  private static Stream<String> spellOut(String word) {
    String meaning = ABBREVIATIONS.get(word);
    return meaning == null ? Stream.of(word) : Pattern.compile(" ").splitAsStream(meaning);
  }

  /** Cuts off the ending of a plural or a verb form, then a silent e. */
  static String stem(String word) {
    return withoutSilentE(withoutVerbEnding(withoutPlural(word)));
  }

  private static String withoutPlural(String word) {
    if (word.length() <= 3) {
      return word;
    }
    if (word.endsWith("ies")) {
      return cut(word, 3) + "y";
    }
    if (List.of("sses", "shes", "ches", "xes").stream().anyMatch(word::endsWith)) {
      return cut(word, 2);
    }
    boolean singular = List.of("ss", "us", "is").stream().anyMatch(word::endsWith);
    return word.endsWith("s") && !singular ? cut(word, 1) : word;
  }

  private static String withoutVerbEnding(String word) {
    if (word.length() > 6 && word.endsWith("ing")) {
      return cut(word, 3);
    }
    return word.length() > 4 && word.endsWith("ed") ? cut(word, 2) : word;
  }

  private static String withoutSilentE(String word) {
    return word.length() > 3 && word.endsWith("e") ? cut(word, 1) : word;
  }

  private static String cut(String word, int letters) {
    return word.substring(0, word.length() - letters);
  }
}
