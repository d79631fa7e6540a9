package dev.sagitta.benchmarks.data;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Layout of NumPy's array files, versions 1.0 to 3.0, as far as they hold vectors:
 *
 * <pre>
 *   6 bytes      magic, 0x93 and "NUMPY"
 *   2 bytes      version, major and minor
 *   uint16       bytes of the header, little-endian; a uint32 from version 2.0 on
 *   header       text, see {@link NpyHeader}: type of the elements, their order, shape
 *   elements     vector by vector
 * </pre>
 *
 * The shape has two dimensions: number of vectors, and elements of each.
 */
final class NpyFormat {
  private static final String MAGIC = "\u0093NUMPY";
  private static final int MAGIC_BYTES = 6;
  private static final int MAJOR_OFFSET = 6;
  private static final int MINOR_OFFSET = 7;
  private static final int LENGTH_OFFSET = 8;

  /** Far above what the header of vectors takes. */
  private static final int HEADER_BYTES_MAX = 1 << 12;

  private static final Map<String, ElementFormat> TYPES =
      Map.of(
          "'<f4'", ElementFormat.FLOAT32,
          "'<f2'", ElementFormat.FLOAT16,
          "'|u1'", ElementFormat.UINT8,
          "'|i1'", ElementFormat.INT8);

  /** Each size has at most 18 digits, which a long holds. */
  private static final Pattern SHAPE =
      Pattern.compile("\\(\\s*(\\d{1,18})\\s*,\\s*(\\d{1,18})\\s*,?\\s*\\)");

  private NpyFormat() {}

  /** Checks the header and finds the vectors behind it. */
  static VectorLayout layout(FileBytes bytes) throws IOException {
    int lengthBytes = checkedVersion(bytes) == 1 ? Short.BYTES : Integer.BYTES;
    bytes.require("the header's length", LENGTH_OFFSET, lengthBytes);
    long headerBytes =
        lengthBytes == Short.BYTES
            ? bytes.uint16(LENGTH_OFFSET)
            : Integer.toUnsignedLong(bytes.int32(LENGTH_OFFSET));
    if (headerBytes > HEADER_BYTES_MAX) {
      throw bytes.mismatch(
          "a header of at most %d bytes".formatted(HEADER_BYTES_MAX), headerBytes + " bytes");
    }
    int headerOffset = LENGTH_OFFSET + lengthBytes;
    bytes.require("the header", headerOffset, headerBytes);
    String header = bytes.text(headerOffset, (int) headerBytes, StandardCharsets.UTF_8);
    return layout(bytes, NpyHeader.parse(bytes, header), headerOffset + headerBytes);
  }

  /** The major version. */
  private static int checkedVersion(FileBytes bytes) throws IOException {
    bytes.require("the magic and the version", 0, LENGTH_OFFSET);
    if (!bytes.text(0, MAGIC_BYTES, StandardCharsets.ISO_8859_1).equals(MAGIC)) {
      throw bytes.mismatch("NumPy's magic at offset 0", "something else");
    }
    int major = bytes.uint8(MAJOR_OFFSET);
    int minor = bytes.uint8(MINOR_OFFSET);
    if (major < 1 || major > 3 || minor != 0) {
      throw bytes.mismatch("version 1.0, 2.0 or 3.0", major + "." + minor);
    }
    return major;
  }

  private static VectorLayout layout(FileBytes bytes, NpyHeader header, long offset)
      throws IOException {
    ElementFormat elements = TYPES.get(header.type());
    if (elements == null) {
      throw bytes.mismatch(
          "elements of type '<f4', '<f2', '|u1' or '|i1', which a float holds exactly",
          header.type());
    }
    if (!header.fortranOrder().equals("False")) {
      throw bytes.mismatch("fortran_order False", header.fortranOrder());
    }
    Matcher shape = SHAPE.matcher(header.shape());
    if (!shape.matches()) {
      throw bytes.mismatch("a shape of two dimensions", header.shape());
    }
    return VectorLayout.dense(
        bytes, elements, Long.parseLong(shape.group(1)), Long.parseLong(shape.group(2)), offset);
  }
}
