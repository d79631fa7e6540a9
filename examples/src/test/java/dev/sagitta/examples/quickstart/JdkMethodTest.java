package dev.sagitta.examples.quickstart;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sagitta.Payload;
import org.junit.jupiter.api.Test;

class JdkMethodTest {
  @Test
  void isIdentifiedByModuleClassNameAndTypes() {
    assertEquals(
        "java.base/java.nio.file.Files.readAllLines(Ljava/nio/file/Path;)Ljava/util/List;",
        TestMethods.READ_ALL_LINES.id());
  }

  @Test
  void isShownWithSimpleNames() {
    assertEquals("Files.readAllLines(Path)", TestMethods.READ_ALL_LINES.signature());
    assertEquals("Arrays.compare(int[], int[])", TestMethods.COMPARE_ARRAYS.signature());
    assertEquals(
        "new Base64.Encoder(boolean, byte[], int, boolean)", TestMethods.NEW_ENCODER.signature());
  }

  @Test
  void carriesWhatIsShownInItsPayload() {
    Payload payload = TestMethods.PARSE_DATE.payload();

    assertEquals("java.base", payload.getString("module").orElseThrow());
    assertEquals("java.time", payload.getString("package").orElseThrow());
    assertEquals("LocalDate", payload.getString("class").orElseThrow());
    assertEquals("LocalDate.parse(CharSequence)", payload.getString("signature").orElseThrow());
    assertEquals("public static", payload.getString("modifiers").orElseThrow());
    assertEquals(42L, payload.getLong("code bytes").orElseThrow());
    assertEquals(true, payload.getBoolean("api").orElseThrow());
  }
}
