package dev.sagitta.persistence;

/** Words for bit patterns in error messages. Stateless. */
final class Hex {

  private Hex() {}

  static String of(int bits) {
    return String.format("0x%08x", bits);
  }

  static String of(long bits) {
    return String.format("0x%016x", bits);
  }
}
