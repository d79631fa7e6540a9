package dev.sagitta.examples.images;

import dev.sagitta.examples.report.Figures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A page that shows pictures that were searched for, each beside those that were found. */
final class ContactSheet {
  private static final String HEAD =
      """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>Nearest pictures</title>
      <style>
        body { margin: 2rem auto; max-width: 68rem; padding: 0 1rem;
               font: 15px/1.45 system-ui, sans-serif; color: #222; background: #fff; }
        h1 { font-size: 1.4rem; margin: 0 0 .3rem; }
        p { color: #555; margin: 0 0 1.5rem; }
        .row { display: grid; grid-template-columns: 1.3fr repeat(10, 1fr); gap: .5rem;
               align-items: end; padding: .5rem 0; border-top: 1px solid #e4e4e4; }
        figure { margin: 0; }
        img { display: block; width: 100%; image-rendering: pixelated;
              border: 1px solid #e4e4e4; box-sizing: border-box; }
        .query img { border: 2px solid #b3541e; }
        figcaption { font-size: .75rem; color: #666; text-align: center;
                     font-variant-numeric: tabular-nums; }
        .query figcaption { color: #b3541e; }
      </style>
      </head>
      <body>
      """;

  private static final String FOOT =
      """
      </body>
      </html>
      """;

  private final StringBuilder page = new StringBuilder(HEAD);

  /**
   * A picture that was found.
   *
   * @param image the picture
   * @param id its id
   * @param distance how far it is from the one searched for
   */
  record Neighbour(GreyImage image, String id, float distance) {}

  /** A page without pictures. */
  ContactSheet(String title, String introduction) {
    page.append("<h1>%s</h1>\n<p>%s</p>\n".formatted(escape(title), escape(introduction)));
  }

  /** Adds a row: a picture, and its neighbours from left to right. */
  void add(GreyImage query, String caption, List<Neighbour> neighbours) throws IOException {
    List<String> figures = new ArrayList<>();
    figures.add(figure("query", query, caption, caption));
    for (Neighbour neighbour : neighbours) {
      String distance = Figures.distance(neighbour.distance());
      figures.add(figure("hit", neighbour.image(), "picture " + neighbour.id(), distance));
    }
    page.append("<div class=\"row\">\n").append(String.join("", figures)).append("</div>\n");
  }

  private static String figure(String kind, GreyImage image, String description, String caption)
      throws IOException {
    return """
    <figure class="%s"><img src="%s" alt="%s" title="%3$s"><figcaption>%s</figcaption></figure>
    """
        .formatted(kind, image.negativeAsDataUri(), escape(description), escape(caption));
  }

  /** Writes the page; it needs no other file. */
  void write(Path file) throws IOException {
    Files.writeString(file, page + FOOT);
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
