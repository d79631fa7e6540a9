package dev.sagitta.persistence;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The directories and files of a {@link SimulatedFiles}, found by path. Guarded by that object.
 * Paths are taken relative to the root.
 */
final class SimulatedTree {

  private static final Path ROOT = Path.of("/");
  private static final int FREED_MAX = 8;

  private final SimulatedDirectory root;

  /** Content of the files deleted last, for stale sectors. */
  private final List<byte[]> freed = new ArrayList<>();

  /** A tree with an empty root. */
  SimulatedTree() {
    this(new SimulatedDirectory());
  }

  private SimulatedTree(SimulatedDirectory root) {
    this.root = root;
  }

  /** What a power loss leaves, as a new tree; this one stays as it is. */
  SimulatedTree survive(RandomGenerator random, boolean noise) {
    byte[] stale = freed.isEmpty() ? new byte[0] : freed.get(random.nextInt(freed.size()));
    return new SimulatedTree(root.survive(random, stale, noise));
  }

  /** The same once more, with both planes. */
  SimulatedTree copy() {
    var copy = new SimulatedTree(root.copy(new IdentityHashMap<>()));
    copy.freed.addAll(freed);
    return copy;
  }

  /** A name is lost in both planes, or stands for another node. */
  void decay(Path path, @Nullable SimulatedNode node) throws IOException {
    parent(path).decay(name(path), node);
  }

  /** Paths of all files, sorted by directory. */
  List<Path> files() {
    var files = new ArrayList<Path>();
    collect(root, ROOT, files);
    return files;
  }

  private static void collect(SimulatedDirectory directory, Path path, List<Path> files) {
    for (String name : directory.names()) {
      switch (directory.get(name)) {
        case SimulatedDirectory child -> collect(child, path.resolve(name), files);
        case SimulatedFile file -> files.add(path.resolve(name));
        case null -> throw new AssertionError(path);
      }
    }
  }

  static boolean sameDirectory(Path a, Path b) {
    return parentNames(a).equals(parentNames(b));
  }

  /** The node of that path; a path through a file is another error than a missing name. */
  SimulatedNode node(Path path) throws IOException {
    SimulatedNode node = root;
    for (String name : names(path)) {
      if (!(node instanceof SimulatedDirectory directory)) {
        throw new NotDirectoryException(path.toString());
      }
      SimulatedNode next = directory.get(name);
      if (next == null) {
        throw new NoSuchFileException(path.toString());
      }
      node = next;
    }
    return node;
  }

  /** The node of that path, or null if there is none for whatever reason. */
  @Nullable SimulatedNode find(Path path) throws IOException {
    try {
      return node(path);
    } catch (NoSuchFileException | NotDirectoryException e) {
      return null;
    }
  }

  /** The node of that path; whatever the reason, a missing one is a missing file. */
  SimulatedNode require(Path path) throws IOException {
    SimulatedNode node = find(path);
    if (node == null) {
      throw new NoSuchFileException(path.toString());
    }
    return node;
  }

  SimulatedFile file(Path path) throws IOException {
    if (node(path) instanceof SimulatedFile file) {
      return file;
    }
    throw new FileSystemException(path.toString(), null, "Is a directory");
  }

  SimulatedDirectory directory(Path path) throws IOException {
    if (node(path) instanceof SimulatedDirectory directory) {
      return directory;
    }
    throw new NotDirectoryException(path.toString());
  }

  void requireFree(Path path) throws IOException {
    if (find(path) != null) {
      throw new FileAlreadyExistsException(path.toString());
    }
  }

  /** Gives a node that name and no other; a file that had it is deleted. */
  void put(Path path, SimulatedNode node) throws IOException {
    SimulatedNode replaced = find(path);
    parent(path).put(name(path), node);
    if (replaced != node) {
      free(replaced);
    }
  }

  void remove(Path path) throws IOException {
    SimulatedNode node = node(path);
    parent(path).remove(node);
    free(node);
  }

  /** SHA-256, in hex, of all live names and contents. */
  String digest() {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest(root, "", digest);
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private static void digest(SimulatedDirectory directory, String prefix, MessageDigest digest) {
    for (String name : directory.names()) {
      String path = prefix + "/" + name;
      switch (directory.get(name)) {
        case SimulatedDirectory child -> {
          digest.update((path + "/\n").getBytes(StandardCharsets.UTF_8));
          digest(child, path, digest);
        }
        case SimulatedFile file -> {
          digest.update((path + " " + file.size() + "\n").getBytes(StandardCharsets.UTF_8));
          digest.update(file.bytes());
        }
        case null -> throw new AssertionError(path);
      }
    }
  }

  private SimulatedDirectory parent(Path path) throws IOException {
    return directory(ROOT.resolve(String.join("/", parentNames(path))));
  }

  private static List<String> names(Path path) {
    var names = new ArrayList<String>();
    ROOT.resolve(path).normalize().forEach(name -> names.add(name.toString()));
    return names;
  }

  private static List<String> parentNames(Path path) {
    List<String> names = names(path);
    return names.isEmpty() ? names : names.subList(0, names.size() - 1);
  }

  private static String name(Path path) throws FileSystemException {
    List<String> names = names(path);
    if (names.isEmpty()) {
      throw new FileSystemException(path.toString(), null, "Is the root");
    }
    return names.getLast();
  }

  private void free(@Nullable SimulatedNode node) {
    if (node instanceof SimulatedFile file) {
      if (freed.size() == FREED_MAX) {
        freed.removeFirst();
      }
      freed.add(file.bytes());
    }
  }
}
