package dev.sagitta.distance.kernel;

import java.io.IOException;
import java.io.InputStream;
import java.lang.constant.ConstantDescs;
import java.lang.invoke.MethodHandles;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Makes copies of a class that differ in a constant, which the class reads into a static final
 * field: C++ has templates for this. Stateless, safe for all threads.
 *
 * <p>A loop over a row is the same for every metric and type of element, but for what it does with
 * one step. If one class did them all, its loop would have met steps of many classes, and C2 would
 * call each instead of inlining it: ten to a hundred times slower. So every kernel gets a hidden
 * class of its own, made of the same bytes; there the step is a constant, and the loop has a
 * profile of its own.
 */
final class LoopTemplate {
  private record Copy(Class<? extends RowSums> template, Record constant) {}

  /** As many as there are kernels, so that collections of one kind share compiled code. */
  private static final ConcurrentMap<Copy, RowSums> COPIES = new ConcurrentHashMap<>();

  private LoopTemplate() {}

  /**
   * The instance of the copy of a class that has a constant, made by the first call.
   *
   * @param template a class of this package, whose only constructor has no parameters
   * @param constant what {@link #constant} gives to the copy
   */
  static RowSums instance(Class<? extends RowSums> template, Record constant) {
    return COPIES.computeIfAbsent(new Copy(template, constant), copy -> make(template, constant));
  }

  private static RowSums make(Class<? extends RowSums> template, Record constant) {
    try (InputStream stream = template.getResourceAsStream(template.getSimpleName() + ".class")) {
      if (stream == null) {
        throw new IllegalStateException("no class file of " + template);
      }
      return MethodHandles.lookup()
          .defineHiddenClassWithClassData(stream.readAllBytes(), constant, true)
          .lookupClass()
          .asSubclass(RowSums.class)
          .getDeclaredConstructor()
          .newInstance();
    } catch (IOException | ReflectiveOperationException e) {
      throw new IllegalStateException("cannot make a copy of " + template, e);
    }
  }

  /** The constant of the copy whose static initializer asks. */
  static <T> T constant(MethodHandles.Lookup lookup, Class<T> type) {
    try {
      return MethodHandles.classData(lookup, ConstantDescs.DEFAULT_NAME, type);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }
}
