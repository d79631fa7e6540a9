package dev.sagitta.engine;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Stored texts. */
final class Utf8 {
  private static final char REPLACEMENT = '\uFFFD';

  private Utf8() {}

  /**
   * The text of some bytes.
   *
   * @throws IllegalArgumentException if they are not UTF-8
   */
  static String decode(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    // What cannot be decoded becomes this character, which a text may also hold of its own.
    if (text.indexOf(REPLACEMENT) >= 0
        && !Arrays.equals(bytes, text.getBytes(StandardCharsets.UTF_8))) {
      throw new IllegalArgumentException("%d bytes are not UTF-8".formatted(bytes.length));
    }
    return text;
  }
}
