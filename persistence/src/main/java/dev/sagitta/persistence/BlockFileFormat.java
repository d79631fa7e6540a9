package dev.sagitta.persistence;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * Layout of a block file: any durable file but a log. Complete before it has its name, immutable
 * from then on. Stateless.
 *
 * <pre>
 *   0                                  64-byte {@link FileHeader}
 *   64                                 body, opaque here
 *   end of body                        zeros up to the next multiple of 8
 *   table                              CRC32C of each 64 KiB block of [0, end of body), 4 bytes each;
 *                                      the last block ends with the body
 *   footer                             32 bytes, see below; ends the file
 *
 *   footer:
 *    0               8               12              16      20              24             32
 *    +---------------+---------------+---------------+-------+---------------+---------------+
 *    | body bytes    | block count   | zero          | zero  | tail CRC      | end magic     |
 *    | long          | int           | int           | int   | int           | "\nATTIGAS"   |
 *    +---------------+---------------+---------------+-------+---------------+---------------+
 * </pre>
 *
 * The tail CRC covers everything from the end of the body up to itself. It is the checksum that a
 * {@link FileEntry} carries.
 */
final class BlockFileFormat {

  static final int BLOCK_BYTES = 1 << 16;
  static final int TABLE_ENTRY_BYTES = Integer.BYTES;
  static final int TABLE_ALIGNMENT = 8;

  static final int FOOTER_BYTES = 32;
  static final int FOOTER_BODY_BYTES_OFFSET = 0;
  static final int FOOTER_BLOCK_COUNT_OFFSET = 8;
  static final int FOOTER_CRC_OFFSET = 20;
  static final int FOOTER_MAGIC_OFFSET = 24;

  /** "\nATTIGAS" read as a little-endian long. */
  static final long FOOTER_MAGIC = 0x5341_4749_5454_410AL;

  /** 1 TiB: bounds the table to 64 MiB. */
  static final long FILE_BYTES_MAX = 1L << 40;

  static final long FILE_BYTES_MIN = fileBytes(0);
  static final long BODY_BYTES_MAX = FILE_BYTES_MAX - (FILE_BYTES_MAX >>> 13);

  private BlockFileFormat() {}

  static long bodyEnd(long bodyBytes) {
    return FileHeader.BYTES + bodyBytes;
  }

  static int blockCount(long bodyBytes) {
    return Math.toIntExact((bodyEnd(bodyBytes) + BLOCK_BYTES - 1) / BLOCK_BYTES);
  }

  static long tableOffset(long bodyBytes) {
    return (bodyEnd(bodyBytes) + TABLE_ALIGNMENT - 1) & -TABLE_ALIGNMENT;
  }

  static long footerOffset(long bodyBytes) {
    return tableOffset(bodyBytes) + (long) TABLE_ENTRY_BYTES * blockCount(bodyBytes);
  }

  static long fileBytes(long bodyBytes) {
    return footerOffset(bodyBytes) + FOOTER_BYTES;
  }

  /** Length of a block: {@link #BLOCK_BYTES} but for the last. */
  static int blockBytes(long bodyBytes, int block) {
    long start = (long) block * BLOCK_BYTES;
    return (int) Math.min(BLOCK_BYTES, bodyEnd(bodyBytes) - start);
  }

  /**
   * Everything from the end of the body on.
   *
   * @param table the CRC of each block, little-endian
   */
  static ByteBuffer tail(long bodyBytes, ByteBuffer table) {
    int start = (int) (tableOffset(bodyBytes) - bodyEnd(bodyBytes));
    int footer = start + table.remaining();
    ByteBuffer tail = ByteBuffer.allocate(footer + FOOTER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    tail.position(start).put(table).rewind();
    tail.putLong(footer + FOOTER_BODY_BYTES_OFFSET, bodyBytes);
    tail.putInt(footer + FOOTER_BLOCK_COUNT_OFFSET, blockCount(bodyBytes));
    int crcOffset = footer + FOOTER_CRC_OFFSET;
    var crc = new CRC32C();
    crc.update(tail.slice(0, crcOffset));
    tail.putInt(crcOffset, (int) crc.getValue());
    tail.putLong(footer + FOOTER_MAGIC_OFFSET, FOOTER_MAGIC);
    return tail;
  }

  /** The checksum that a {@link #tail} holds. */
  static int tailChecksum(ByteBuffer tail) {
    return tail.getInt(tail.limit() - FOOTER_BYTES + FOOTER_CRC_OFFSET);
  }
}
