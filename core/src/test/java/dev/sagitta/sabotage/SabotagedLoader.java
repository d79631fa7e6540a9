package dev.sagitta.sabotage;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Loads all of Sagitta anew, tests included, with some methods changed; everything else comes from
 * the tests' own loader. Thread-safe as class loaders are.
 */
final class SabotagedLoader extends ClassLoader {
  private final List<Patch> patches;
  private final Set<Patch> applied = ConcurrentHashMap.newKeySet();

  SabotagedLoader(List<Patch> patches) {
    super("sabotaged", SabotagedLoader.class.getClassLoader());
    this.patches = patches;
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (!name.startsWith(Patch.ROOT)) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      return loaded == null ? define(name) : loaded;
    }
  }

  private Class<?> define(String name) throws ClassNotFoundException {
    byte[] bytes = read(name);
    for (Patch patch : patches) {
      if (name.equals(Patch.ROOT + patch.inClass())) {
        bytes = apply(patch, bytes);
      }
    }
    return defineClass(name, bytes, 0, bytes.length);
  }

  private byte[] read(String name) throws ClassNotFoundException {
    try (InputStream stream = getResourceAsStream(name.replace('.', '/') + ".class")) {
      if (stream == null) {
        throw new ClassNotFoundException(name);
      }
      return stream.readAllBytes();
    } catch (IOException e) {
      throw new ClassNotFoundException(name, e);
    }
  }

  private byte[] apply(Patch patch, byte[] bytes) {
    ClassFile classFile =
        ClassFile.of(
            ClassFile.ClassHierarchyResolverOption.of(
                ClassHierarchyResolver.ofResourceParsing(getParent())));
    ClassModel model = classFile.parse(bytes);
    AtomicInteger done = new AtomicInteger();
    byte[] changed =
        classFile.transformClass(
            model,
            ClassTransform.transformingMethodBodies(
                method -> method.methodName().stringValue().startsWith(patch.inMethod()),
                patch.transform(done)));
    if (done.get() == 0) {
      throw new LinkageError("nothing to change by " + patch);
    }
    applied.add(patch);
    return changed;
  }

  /** The patches whose classes have been loaded so far, hence changed. */
  Set<Patch> applied() {
    return Set.copyOf(applied);
  }
}
