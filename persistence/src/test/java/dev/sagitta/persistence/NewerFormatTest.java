package dev.sagitta.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a store of today does with files that a library of tomorrow left in its directory. */
final class NewerFormatTest {

  private static final Path DIRECTORY = TinyStore.DIRECTORY;

  private final SimulatedFiles files = new SimulatedFiles();

  /** Four checkpoints, of which the last two are kept. */
  private TinyStore checkpointed() throws IOException {
    TinyStore.create(files);
    TinyStore store = TinyStore.open(files);
    for (int i = 0; i < 4; i++) {
      checkpoint(store);
    }
    return store;
  }

  private static List<String> checkpoint(TinyStore store) throws IOException {
    store.append("value".getBytes(StandardCharsets.UTF_8));
    return store.checkpoint();
  }

  private Path only(FileKind kind, int fromNewest) throws IOException {
    List<String> names =
        files.list(DIRECTORY).stream().filter(name -> kind.number(name).isPresent()).toList();
    return DIRECTORY.resolve(names.get(names.size() - 1 - fromNewest));
  }

  private void makeNewer(Path file, Surgery.Format format) throws IOException {
    byte[] bytes = files.bytes(file);
    format.apply(bytes);
    Surgery.replace(files, file, bytes);
  }

  @Test
  void theNewestManifestIsNeverSteppedOver() throws IOException {
    for (Surgery.Format format : Surgery.Format.values()) {
      try (TinyStore store = checkpointed()) {
        Path newest = only(FileKind.MANIFEST, 0);
        long generation = store.manifest().generation();
        makeNewer(newest, format);
        if (format.refused()) {
          String digest = files.digest();
          var e = assertThrows(FormatVersionException.class, () -> TinyStore.open(files));
          assertEquals(newest, e.file());
          assertEquals(digest, files.digest());
        } else {
          // Its block checksum covers the header, and is not right any more.
          byte[] bytes = files.bytes(newest);
          Surgery.replace(files, newest, Surgery.blockFile(bytes, Surgery.body(bytes)));
          assertEquals(generation, TinyStore.open(files).manifest().generation());
        }
      }
      for (String name : files.list(DIRECTORY)) {
        files.delete(DIRECTORY.resolve(name));
      }
      files.delete(DIRECTORY);
    }
  }

  @Test
  void nothingIsDeletedWhileTheManifestBeforeIsNewer() throws IOException {
    try (TinyStore store = checkpointed()) {
      Path before = only(FileKind.MANIFEST, 1);
      makeNewer(before, Surgery.Format.NEWER_MAJOR);
      assertDeletesNothing(before);
      assertEquals(4, store.values().size());
    }
  }

  @Test
  void nothingIsDeletedWhileAnObsoleteManifestIsNewer() throws IOException {
    try (TinyStore store = checkpointed()) {
      Path old = DIRECTORY.resolve(FileKind.MANIFEST.fileName(1));
      byte[] bytes = files.bytes(only(FileKind.MANIFEST, 0));
      Surgery.Format.INCOMPATIBLE_FEATURE.apply(bytes);
      files.create(old).write(ByteBuffer.wrap(bytes), 0);
      // What would be deleted otherwise.
      files.create(DIRECTORY.resolve("vectors-99.ext"));
      assertDeletesNothing(old);
      assertEquals(4, store.values().size());
    }
  }

  private void assertDeletesNothing(Path because) throws IOException {
    String digest = files.digest();
    var manifests = new ManifestStore(files, DIRECTORY);
    var _ = manifests.load();
    var e = assertThrows(FormatVersionException.class, manifests::deleteObsolete);
    assertEquals(because, e.file());
    assertEquals(digest, files.digest());
  }

  @Test
  void filesThatNoManifestNeedsStayIfTheyAreNewer() throws IOException {
    try (TinyStore store = checkpointed()) {
      List<FileKind> kinds =
          List.of(
              FileKind.LOG, FileKind.VECTORS, FileKind.PAYLOADS, FileKind.SLOTS, FileKind.LINKS);
      byte[] header = files.bytes(only(FileKind.MANIFEST, 0));
      for (FileKind kind : kinds) {
        String newer = kind.fileName(kind == FileKind.LOG ? 0 : 98);
        for (Surgery.Format format : Surgery.Format.values()) {
          byte[] bytes = header.clone();
          bytes[FileHeader.KIND_OFFSET] = (byte) kind.code();
          format.apply(bytes);
          files.create(DIRECTORY.resolve(newer)).write(ByteBuffer.wrap(bytes), 0);
          assertEquals(!format.refused(), checkpoint(store).contains(newer), newer + format);
          if (format.refused()) {
            files.delete(DIRECTORY.resolve(newer));
          }
        }
      }
    }
  }

  @Test
  void damagedAndTemporaryFilesThatNoManifestNeedsGo() throws IOException {
    try (TinyStore store = checkpointed()) {
      byte[] bytes = files.bytes(only(FileKind.MANIFEST, 0));
      Surgery.Format.NEWER_MINOR.apply(bytes);
      List<String> names = List.of("links-98.graph", "links-99.graph.tmp");
      files.create(DIRECTORY.resolve("links-98.graph"));
      files.create(DIRECTORY.resolve("links-99.graph.tmp")).write(ByteBuffer.wrap(bytes), 0);
      assertEquals(true, checkpoint(store).containsAll(names));
    }
  }

  @Test
  void theFormatOfADamagedListedFileIsNotAsked() throws IOException {
    try (TinyStore store = checkpointed()) {
      FileEntry entry = store.manifest().files().getFirst();
      Path file = DIRECTORY.resolve(entry.name());
      BlockFileReader.requireKnownFormat(files, DIRECTORY, entry);
      files.flipBit(file, 3);
      BlockFileReader.requireKnownFormat(files, DIRECTORY, entry);
      files.flipBit(file, 3);
      makeNewer(file, Surgery.Format.LAST_INCOMPATIBLE_FEATURE);
      var e =
          assertThrows(
              FormatVersionException.class,
              () -> BlockFileReader.requireKnownFormat(files, DIRECTORY, entry));
      assertEquals(1L << 63, e.unknownFeatures());
      assertFalse(store.values().isEmpty());
    }
  }
}
