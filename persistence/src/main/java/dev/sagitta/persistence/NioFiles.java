package dev.sagitta.persistence;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The file system of the machine, through {@link FileChannel}. Has no state of its own, except that
 * locks are known JVM-wide, so that any number of instances behave like one. Thread-safe.
 */
public final class NioFiles implements FileOperations {

  private static final boolean ON_WINDOWS = System.getProperty("os.name").startsWith("Windows");
  private static final SecureRandom RANDOM = new SecureRandom();

  @Override
  public FileHandle create(Path file) throws IOException {
    return new NioFileHandle(
        file,
        FileChannel.open(
            file,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE));
  }

  @Override
  public FileHandle openForReading(Path file) throws IOException {
    // Linux opens a directory for reading and fails later, with less to say.
    if (isDirectory(file)) {
      throw new FileSystemException(file.toString(), null, "Is a directory");
    }
    return new NioFileHandle(file, FileChannel.open(file, StandardOpenOption.READ));
  }

  // Not Files.exists, which answers "no" when it was not allowed to look: taking an unreadable
  // store for a missing one would start an empty one in its place.
  @Override
  public boolean exists(Path path) throws IOException {
    try {
      attributes(path);
      return true;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  @Override
  public List<String> list(Path directory) throws IOException {
    var names = new ArrayList<String>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        names.add(String.valueOf(entry.getFileName()));
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    Collections.sort(names);
    return names;
  }

  @Override
  public boolean isDirectory(Path path) throws IOException {
    try {
      return attributes(path).isDirectory();
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  @Override
  public Path realPath(Path path) throws IOException {
    Path absolute = path.toAbsolutePath().normalize();
    try {
      return absolute.toRealPath();
    } catch (NoSuchFileException e) {
      Path parent = absolute.getParent();
      Path name = absolute.getFileName();
      if (parent == null || name == null) {
        throw e;
      }
      return realPath(parent).resolve(name);
    }
  }

  @Override
  public void createDirectory(Path directory) throws IOException {
    Files.createDirectory(directory);
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    if (!directoryOf(from).equals(directoryOf(to))) {
      throw new IllegalArgumentException("rename leaves the directory: from " + from + " to " + to);
    }
    Files.readAttributes(from, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    // An atomic move would silently replace an empty directory.
    if (isDirectory(to)) {
      throw new FileAlreadyExistsException(from.toString(), to.toString(), "target is a directory");
    }
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public void delete(Path path) throws IOException {
    Files.delete(path);
  }

  @Override
  public void forceDirectory(Path directory) throws IOException {
    if (!attributes(directory).isDirectory()) {
      throw new NotDirectoryException(directory.toString());
    }
    if (ON_WINDOWS) {
      // A directory cannot be opened there, and NTFS journals its entries in order.
      return;
    }
    try (FileChannel channel = openDirectory(directory)) {
      channel.force(true);
    }
  }

  private static FileChannel openDirectory(Path directory) throws DirectoryNotOpenedException {
    try {
      return FileChannel.open(directory, StandardOpenOption.READ);
    } catch (IOException e) {
      throw new DirectoryNotOpenedException(e);
    }
  }

  @Override
  public Closeable lock(Path lockFile) throws IOException {
    return ProcessLock.take(lockFile);
  }

  @Override
  public Closeable lockShared(Path lockFile) throws IOException {
    return ProcessLock.takeShared(lockFile);
  }

  @Override
  public long randomLong() {
    return RANDOM.nextLong();
  }

  private static BasicFileAttributes attributes(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class);
  }

  private static Path directoryOf(Path path) {
    Path absolute = path.toAbsolutePath().normalize();
    Path parent = absolute.getParent();
    return parent == null ? absolute : parent;
  }
}
