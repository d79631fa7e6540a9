package dev.sagitta;

/** Checks of texts that are stored as UTF-8. */
final class Texts {
  private Texts() {}

  /** Refuses a text whose UTF-8 form is not within the bounds or does not exist. */
  static void check(String what, String text, int bytesMin, int bytesMax) {
    Inputs.notNull(what, text);
    long bytes = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        bytes += 4;
        i++;
      } else if (Character.isSurrogate(c)) {
        throw new InvalidInputException(
            "%s has an unpaired surrogate U+%04X at index %d".formatted(what, (int) c, i));
      } else {
        bytes += c < 0x80 ? 1 : c < 0x800 ? 2 : 3;
      }
    }
    if (bytes < bytesMin || bytes > bytesMax) {
      throw new InvalidInputException(
          "%s has %d UTF-8 bytes; allowed are %d to %d".formatted(what, bytes, bytesMin, bytesMax));
    }
  }
}
