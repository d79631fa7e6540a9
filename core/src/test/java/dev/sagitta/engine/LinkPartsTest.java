package dev.sagitta.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.RecallCalibration;
import dev.sagitta.persistence.BlockFileReader;
import dev.sagitta.persistence.BlockFileWriter;
import dev.sagitta.persistence.CorruptFileException;
import dev.sagitta.persistence.FileEntry;
import dev.sagitta.persistence.FileKind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class LinkPartsTest {
  private static final Optional<RecallCalibration> SOME =
      Optional.of(CalibrationCodecTest.CALIBRATION);

  private final CollectionParts parts;

  LinkPartsTest() throws IOException {
    parts = CollectionParts.create();
  }

  @AfterEach
  void close() {
    parts.close();
  }

  /** What is written to a file. */
  private interface Content {
    void write(BlockFileWriter writer) throws IOException;
  }

  private Optional<RecallCalibration> readBack(Content content) throws IOException {
    FileEntry entry;
    try (BlockFileWriter writer = parts.files.create(FileKind.LINKS, LinkParts.features(SOME))) {
      content.write(writer);
      entry = writer.finish();
    }
    try (BlockFileReader reader = parts.files.read(entry)) {
      return LinkParts.read(reader, parts.files.path(entry));
    }
  }

  private static void part(BlockFileWriter writer, int kind, int bytes, int written)
      throws IOException {
    writer.write(
        ByteBuffer.allocate(8 + written)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(kind)
            .putInt(bytes)
            .clear());
  }

  @Test
  void readsWhatWasWritten() throws IOException {
    assertEquals(SOME, readBack(writer -> LinkParts.write(SOME, writer)));
    assertEquals(Optional.empty(), readBack(writer -> LinkParts.write(Optional.empty(), writer)));
  }

  @Test
  void theHeaderSaysThatTheyAreThere() throws IOException {
    try (BlockFileWriter writer = parts.files.create(FileKind.LINKS, LinkParts.features(SOME))) {
      FileEntry entry = writer.finish();
      byte[] bytes = parts.disk.bytes(parts.files.path(entry));
      assertEquals(1, ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong(40));
    }
  }

  @Test
  void passesOverPartsThatItDoesNotKnow() throws IOException {
    assertEquals(
        SOME,
        readBack(
            writer -> {
              part(writer, 77, 5, 5);
              LinkParts.write(SOME, writer);
              part(writer, -1, 0, 0);
            }));
  }

  private void refused(String expected, Content content) {
    CorruptFileException e = assertThrows(CorruptFileException.class, () -> readBack(content));
    assertTrue(e.toString().contains(expected), e.toString());
  }

  @Test
  void refusesWhatAreNoParts() {
    refused("8 more bytes", writer -> writer.write(ByteBuffer.allocate(5)));
    refused("65536 bytes", writer -> part(writer, 1, -1, 0));
    refused("65536 bytes", writer -> part(writer, 2, 65_537, 65_537));
    refused("9 more bytes", writer -> part(writer, 2, 9, 8));
    refused("a calibration", writer -> part(writer, 1, 9, 9));
    refused(
        "at most 64 parts",
        writer -> {
          for (int i = 0; i < 65; i++) {
            part(writer, 2, 0, 0);
          }
        });
  }
}
