package dev.sagitta.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Of a damaged block file exactly the blocks come back that can be proven intact. */
final class IntactBlocksTest {

  private static final Path ROOT = Path.of("/");
  private static final String NAME = "payload-1.ext";
  private static final Path FILE = ROOT.resolve(NAME);
  private static final UUID STORE = new UUID(1, 2);
  private static final int BLOCKS = 4;

  /** Three full blocks but for the header, and a part of a fourth. */
  private static final int BODY_BYTES = 3 * BlockFileFormat.BLOCK_BYTES + 1_000;

  private final SimulatedFiles files = new SimulatedFiles();
  private final byte[] body = Payloads.of(7, BODY_BYTES);
  private final List<CorruptFileException> damage = new ArrayList<>();
  private FileEntry entry = new FileEntry(NAME, FileKind.PAYLOADS, 1000, 0);

  @BeforeEach
  void write() throws IOException {
    entry = write(NAME, body);
  }

  private FileEntry write(String name, byte[] content) throws IOException {
    try (BlockFileWriter writer =
        BlockFileWriter.create(files, ROOT, name, FileKind.PAYLOADS, STORE)) {
      writer.write(ByteBuffer.wrap(content));
      return writer.finish();
    }
  }

  private IntactBlocks open() throws IOException {
    damage.clear();
    return IntactBlocks.open(files, ROOT, STORE, entry, BODY_BYTES, damage::add);
  }

  /** Checks each byte that comes back, and that those come back that a block holds alone. */
  private void assertIntactBut(int damagedBlock) throws IOException {
    try (IntactBlocks blocks = open()) {
      assertEquals(damagedBlock < 0, blocks.areAll());
      ByteBuffer eight = ByteBuffer.allocate(8);
      for (int offset = 0; offset + 8 <= BODY_BYTES; offset += 1_004) {
        int first = (FileHeader.BYTES + offset) / BlockFileFormat.BLOCK_BYTES;
        int last = (FileHeader.BYTES + offset + 7) / BlockFileFormat.BLOCK_BYTES;
        boolean intact = blocks.read(offset, eight.clear());
        assertEquals(first != damagedBlock && last != damagedBlock, intact, "offset " + offset);
        if (intact) {
          assertEquals(ByteBuffer.wrap(body, offset, 8), eight.flip());
        }
      }
      assertEquals(damagedBlock < 0 ? 0 : 1, damage.stream().filter(this::isOfABlock).count());
    }
  }

  private boolean isOfABlock(CorruptFileException corrupt) {
    return corrupt.expected().contains("block CRC");
  }

  @Test
  void givesAllOfAnIntactFile() throws IOException {
    assertIntactBut(-1);
    assertEquals(List.of(), damage);
    try (IntactBlocks blocks = open()) {
      assertFalse(blocks.read(BODY_BYTES - 7, ByteBuffer.allocate(8)), "beyond the body");
      assertFalse(blocks.read(-1, ByteBuffer.allocate(8)), "before the body");
    }
  }

  @Test
  void losesOneBlockByABit() throws IOException {
    for (int block = 0; block < BLOCKS; block++) {
      long bit = 8L * (block * BlockFileFormat.BLOCK_BYTES + 100) + 3;
      files.flipBit(FILE, bit);
      assertIntactBut(block);
      files.flipBit(FILE, bit);
    }
  }

  @Test
  void losesNothingByAnyBitOfTheTail() throws IOException {
    long bodyEnd = BlockFileFormat.bodyEnd(BODY_BYTES);
    for (long bit = 8 * bodyEnd; bit < 8 * entry.bytes(); bit++) {
      files.flipBit(FILE, bit);
      assertIntactBut(-1);
      assertEquals(1, damage.size());
      files.flipBit(FILE, bit);
    }
  }

  @Test
  void losesNothingByACutTail() throws IOException {
    cut(BlockFileFormat.bodyEnd(BODY_BYTES));
    assertIntactBut(-1);
    cut(BlockFileFormat.bodyEnd(BODY_BYTES) - 1);
    assertThrows(CorruptFileException.class, this::open);
  }

  @Test
  void takesNothingWhereTailAndBodyAreDamaged() throws IOException {
    files.flipBit(FILE, 8 * 100);
    files.flipBit(FILE, 8 * (entry.bytes() - 1));
    assertThrows(CorruptFileException.class, this::open);
  }

  @Test
  void takesNoOtherFileForIt() throws IOException {
    files.delete(FILE);
    FileEntry other = write(NAME, Payloads.of(8, BODY_BYTES));
    assertEquals(entry.bytes(), other.bytes());
    assertThrows(CorruptFileException.class, this::open);
  }

  @Test
  void losesOneBlockByAMediaError() throws IOException {
    // The reads of the body's third block fail, whole or in pieces; all others succeed.
    try (IntactBlocks blocks = open()) {
      assertTrue(blocks.read(0, ByteBuffer.allocate(8)));
      files.intercept(
          call ->
              call.operation() == IoCall.Operation.READ
                  ? Optional.of(Interceptor.Fault.of(new IOException("Input/output error")))
                  : Optional.empty());
      assertFalse(blocks.read(2 * BlockFileFormat.BLOCK_BYTES, ByteBuffer.allocate(8)));
      files.intercept(call -> Optional.empty());
      assertTrue(blocks.read(BlockFileFormat.BLOCK_BYTES, ByteBuffer.allocate(8)));
      assertFalse(damage.isEmpty());
    }
  }

  private void cut(long bytes) throws IOException {
    try (FileHandle handle = files.openForWriting(FILE)) {
      handle.truncate(bytes);
    }
  }
}
