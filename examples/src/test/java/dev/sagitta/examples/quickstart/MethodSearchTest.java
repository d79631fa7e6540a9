package dev.sagitta.examples.quickstart;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sagitta.Hit;
import dev.sagitta.Payload;
import dev.sagitta.RecordId;
import java.util.List;
import org.junit.jupiter.api.Test;

class MethodSearchTest {
  @Test
  void foldsOverloadsIntoTheNearest() {
    List<Answer> answers =
        MethodSearch.fold(
            List.of(
                hit(0.1f, "Files.lines(Path)", true),
                hit(0.2f, "Files.walk(Path)", true),
                hit(0.3f, "Files.lines(Path, Charset)", true)));

    assertEquals(
        List.of(
            new Answer(0.1f, "java.nio.file", "Files.lines(Path)", 1, "java.base", 8),
            new Answer(0.2f, "java.nio.file", "Files.walk(Path)", 0, "java.base", 8)),
        answers);
  }

  @Test
  void leavesOutWhatIsNoApi() {
    assertEquals(List.of(), MethodSearch.fold(List.of(hit(0.1f, "Hidden.read()", false))));
  }

  private static Hit hit(float distance, String signature, boolean api) {
    Payload payload =
        Payload.builder()
            .put("module", "java.base")
            .put("package", "java.nio.file")
            .put("signature", signature)
            .put("code bytes", 8L)
            .put("api", api)
            .build();
    return new Hit(RecordId.of(signature), distance, payload);
  }
}
