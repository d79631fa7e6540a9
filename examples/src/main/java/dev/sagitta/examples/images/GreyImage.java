package dev.sagitta.examples.images;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Base64;
import javax.imageio.ImageIO;

/** A grey picture. */
final class GreyImage {
  private final int columns;
  private final byte[] pixels;

  /**
   * A picture of the given pixels.
   *
   * @param columns pixels in a row
   * @param pixels all pixels, row by row, 0 for black to 255 for white; kept, not copied
   */
  GreyImage(int columns, byte[] pixels) {
    this.columns = columns;
    this.pixels = pixels;
  }

  /** The picture with black and white exchanged, as PNG in a {@code data:} URI. */
  String negativeAsDataUri() throws IOException {
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    if (!ImageIO.write(negative(), "png", png)) {
      throw new IOException("this JDK cannot write PNG");
    }
    return "data:image/png;base64," + Base64.getEncoder().encodeToString(png.toByteArray());
  }

  private BufferedImage negative() {
    int rows = pixels.length / columns;
    BufferedImage image = new BufferedImage(columns, rows, BufferedImage.TYPE_BYTE_GRAY);
    int[] samples = new int[pixels.length];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = 255 - Byte.toUnsignedInt(pixels[i]);
    }
    image.getRaster().setPixels(0, 0, columns, rows, samples);
    return image;
  }
}
