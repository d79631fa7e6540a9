package dev.sagitta.examples.quickstart;

/**
 * A class of the running JDK.
 *
 * @param module the module, such as {@code java.base}
 * @param packageName the package, such as {@code java.util}
 * @param name the name inside the package, such as {@code Base64.Encoder} for a nested class
 * @param api whether it is part of the public API: a public class in a package open to everybody
 */
record JdkClass(String module, String packageName, String name, boolean api) {}
