package dev.sagitta.examples.quickstart;

import dev.sagitta.Hit;
import dev.sagitta.Payload;

/**
 * A method that was found, with all its overloads among the hits.
 *
 * @param distance how far the nearest of the overloads is from the question
 * @param packageName its package
 * @param signature class, name and parameters of the nearest overload
 * @param overloads how many more of them were found
 * @param module its module
 * @param codeBytes length of its byte code
 */
record Answer(
    float distance,
    String packageName,
    String signature,
    int overloads,
    String module,
    long codeBytes) {

  /** The answer that a hit is. */
  static Answer of(Hit hit) {
    Payload payload = hit.payload();
    return new Answer(
        hit.distance(),
        payload.getString("package").orElseThrow(),
        payload.getString("signature").orElseThrow(),
        0,
        payload.getString("module").orElseThrow(),
        payload.getLong("code bytes").orElseThrow());
  }

  /** Package, class and method name: what overloads have in common. */
  String qualifiedName() {
    return packageName + "." + signature.substring(0, signature.indexOf('('));
  }

  /** This answer with another hit folded into it, which is an overload of it and farther away. */
  Answer withOverload(Answer overload) {
    return new Answer(
        distance, packageName, signature, overloads + 1 + overload.overloads, module, codeBytes);
  }
}
