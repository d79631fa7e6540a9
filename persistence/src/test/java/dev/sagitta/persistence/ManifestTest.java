package dev.sagitta.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What a manifest refuses, and that nobody can change it afterwards. */
final class ManifestTest {

  private static final UUID STORE = new UUID(1, 2);
  private static final FileEntry SLOTS = new FileEntry("slots-1.tab", FileKind.SLOTS, 200, 3);

  private static Manifest manifest(
      long generation, ByteBuffer configuration, ByteBuffer state, List<FileEntry> files) {
    return new Manifest(generation, STORE, 1, configuration, state, files, 2, 10, 3, 12);
  }

  @Test
  void buffersAreCopiedInAndHandedOutAsViews() {
    byte[] source = {1, 2, 3, 4};
    Manifest manifest =
        manifest(1, ByteBuffer.wrap(source, 1, 2), ByteBuffer.wrap(source), List.of(SLOTS));
    source[1] = 9;
    manifest.configuration().get();
    assertEquals(ByteBuffer.wrap(new byte[] {2, 3}), manifest.configuration());
    assertTrue(manifest.configuration().isReadOnly());
    assertEquals(0x0403_0201, manifest.state().getInt());
    assertEquals(
        manifest,
        manifest(
            1,
            ByteBuffer.wrap(new byte[] {2, 3}),
            ByteBuffer.wrap(new byte[] {1, 2, 3, 4}),
            List.of(SLOTS)));
  }

  @Test
  void itSaysWhereReplayBegins() {
    Manifest manifest = manifest(1, ByteBuffer.allocate(0), ByteBuffer.allocate(0), List.of());
    assertEquals(new LogStart(2, 10, 3, 1, 12), manifest.logStart());
    assertEquals(9, manifest.checkpointSequence());
  }

  @Test
  void whatNoManifestHasIsRefused() {
    ByteBuffer none = ByteBuffer.allocate(0);
    assertThrows(IllegalArgumentException.class, () -> manifest(0, none, none, List.of()));
    assertThrows(
        IllegalArgumentException.class, () -> manifest(1, none, none, List.of(SLOTS, SLOTS)));
    assertThrows(
        IllegalArgumentException.class,
        () ->
            manifest(
                1, none, none, List.of(new FileEntry("MANIFEST-1", FileKind.MANIFEST, 200, 3))));
    assertThrows(
        IllegalArgumentException.class,
        () -> manifest(1, ByteBuffer.allocate((1 << 20) + 1), none, List.of()));
    assertThrows(
        IllegalArgumentException.class,
        () -> manifest(1, none, ByteBuffer.allocate((16 << 20) + 1), List.of()));
    assertThrows(
        IllegalArgumentException.class,
        () -> new Manifest(1, STORE, 1, none, none, List.of(), 2, 10, 1, 12));
  }
}
