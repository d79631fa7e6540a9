package dev.sagitta.examples.images;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Base64;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class GreyImageTest {
  private static final String PREFIX = "data:image/png;base64,";

  @Test
  void writesItsNegativeAsPng() throws IOException {
    GreyImage image = new GreyImage(3, new byte[] {0, 1, 2, 100, (byte) 200, (byte) 255});
    String uri = image.negativeAsDataUri();

    assertTrue(uri.startsWith(PREFIX), uri);
    BufferedImage read = decode(uri);
    assertEquals(3, read.getWidth());
    assertEquals(2, read.getHeight());
    assertArrayEquals(
        new int[] {255, 254, 253, 155, 55, 0}, read.getRaster().getPixels(0, 0, 3, 2, new int[6]));
  }

  private static BufferedImage decode(String uri) throws IOException {
    byte[] png = Base64.getDecoder().decode(uri.substring(PREFIX.length()));
    return ImageIO.read(new ByteArrayInputStream(png));
  }
}
