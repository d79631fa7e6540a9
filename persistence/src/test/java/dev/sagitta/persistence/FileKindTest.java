package dev.sagitta.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

final class FileKindTest {

  @Test
  void namesAreThoseOfTheDesign() {
    assertEquals("MANIFEST-7", FileKind.MANIFEST.fileName(7));
    assertEquals("log-0.wal", FileKind.LOG.fileName(0));
    assertEquals("vectors-12.ext", FileKind.VECTORS.fileName(12));
    assertEquals("payload-3.ext", FileKind.PAYLOADS.fileName(3));
    assertEquals("slots-4.tab", FileKind.SLOTS.fileName(4));
    assertEquals("links-5.graph", FileKind.LINKS.fileName(5));
  }

  @Test
  void everyNameIsReadBackAsItsKindAndNumber() {
    for (FileKind kind : FileKind.values()) {
      for (long number : new long[] {0, 1, 10, 999_999_999_999_999_999L}) {
        String name = kind.fileName(number);
        assertEquals(OptionalLong.of(number), kind.number(name));
        assertEquals(Optional.of(kind), FileKind.ofName(name));
      }
      assertEquals(Optional.of(kind), FileKind.ofCode(kind.code()));
    }
  }

  @Test
  void otherNamesAreNobodys() {
    for (String name :
        new String[] {
          "",
          "LOCK",
          "MANIFEST-",
          "MANIFEST-01",
          "MANIFEST-1.tmp",
          "log-.wal",
          "log--1.wal",
          "log-1x.wal",
          "log-1000000000000000000.wal",
          "vectors-1.tab",
          "../log-1.wal",
          "log-\u0661.wal"
        }) {
      assertEquals(Optional.empty(), FileKind.ofName(name), name);
    }
    assertEquals(Optional.empty(), FileKind.ofCode(0));
  }

  @Test
  void aNumberOutOfRangeHasNoName() {
    assertThrows(IllegalArgumentException.class, () -> FileKind.LOG.fileName(-1));
    assertThrows(
        IllegalArgumentException.class, () -> FileKind.LOG.fileName(1_000_000_000_000_000_000L));
  }

  @Test
  void namesOfFinishedAndOfUnfinishedFilesAreKnown() {
    assertTrue(FileKind.isName("slots-9.tab"));
    assertTrue(FileKind.isName("slots-9.tab.tmp"));
    assertFalse(FileKind.isName("slots-9.tab.tmp.tmp"));
    assertFalse(FileKind.isName("notes.tmp"));
    assertFalse(FileKind.isName("notes"));
  }

  @Test
  void anEntryRefusesWhatNoBlockFileHas() {
    var entry = new FileEntry("slots-9.tab", FileKind.SLOTS, 104, 1);
    assertEquals(9, entry.number());
    assertThrows(
        IllegalArgumentException.class, () -> new FileEntry("log-1.wal", FileKind.LOG, 200, 0));
    assertThrows(
        IllegalArgumentException.class, () -> new FileEntry("slots-9.tab", FileKind.LINKS, 200, 0));
    assertThrows(
        IllegalArgumentException.class, () -> new FileEntry("slots-9.tab", FileKind.SLOTS, 99, 0));
    assertThrows(
        IllegalArgumentException.class,
        () -> new FileEntry("slots-9.tab", FileKind.SLOTS, (1L << 40) + 1, 0));
  }
}
