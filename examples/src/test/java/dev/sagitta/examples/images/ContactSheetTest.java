package dev.sagitta.examples.images;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.examples.images.ContactSheet.Neighbour;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContactSheetTest {
  private static final GreyImage BLACK = new GreyImage(2, new byte[4]);

  @TempDir private Path directory;

  @Test
  void showsAPictureAndItsNeighbours() throws IOException {
    ContactSheet sheet = new ContactSheet("Title", "Introduction");
    sheet.add(
        BLACK,
        "test 5",
        List.of(new Neighbour(BLACK, "17", 1.25f), new Neighbour(BLACK, "4", 2.5f)));
    String page = written(sheet);

    assertTrue(page.startsWith("<!DOCTYPE html>") && page.endsWith("</html>\n"), page);
    assertEquals(3, occurrences("<img src=\"data:image/png;base64,", page));
    assertTrue(page.contains("<figcaption>test 5</figcaption>"), page);
    assertTrue(page.contains("title=\"picture 17\"><figcaption>1.2500</figcaption>"), page);
    assertTrue(page.indexOf("picture 17") < page.indexOf("picture 4"), "in their order");
  }

  @Test
  void needsNoOtherFile() throws IOException {
    String page = written(new ContactSheet("Title", "Introduction"));

    assertFalse(page.contains("http") || page.contains("url("), page);
  }

  @Test
  void escapesText() throws IOException {
    assertTrue(written(new ContactSheet("a < b & \"c\"", "")).contains("a &lt; b &amp; &quot;c"));
  }

  private String written(ContactSheet sheet) throws IOException {
    Path file = directory.resolve("page.html");
    sheet.write(file);
    return Files.readString(file);
  }

  private static long occurrences(String text, String page) {
    return Pattern.compile(Pattern.quote(text)).matcher(page).results().count();
  }
}
