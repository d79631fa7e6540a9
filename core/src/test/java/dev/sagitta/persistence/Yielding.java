package dev.sagitta.persistence;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;

/** A file system, at each call of which another thread may go on first. Stateless. */
public final class Yielding implements InvocationHandler {
  private final Object target;

  private Yielding(Object target) {
    this.target = target;
  }

  /** The same file system, yielding, and so are the files that it opens. */
  public static FileOperations files(FileOperations files) {
    return yielding(FileOperations.class, files);
  }

  /** The file system itself. */
  static FileOperations target(FileOperations files) {
    return Proxy.isProxyClass(files.getClass())
            && Proxy.getInvocationHandler(files) instanceof Yielding yielding
        ? (FileOperations) yielding.target
        : files;
  }

  private static <T> T yielding(Class<T> type, T target) {
    Object proxy =
        Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, new Yielding(target));
    return type.cast(proxy);
  }

  @Override
  public @Nullable Object invoke(Object self, Method method, Object @Nullable [] arguments)
      throws Throwable {
    Thread.yield();
    Object result;
    try {
      result = method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
    return result instanceof FileHandle handle ? yielding(FileHandle.class, handle) : result;
  }
}
