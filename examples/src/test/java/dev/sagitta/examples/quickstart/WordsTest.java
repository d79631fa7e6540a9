package dev.sagitta.examples.quickstart;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class WordsTest {
  @Test
  void cutsNamesWhereCapitalsBegin() {
    assertEquals(List.of("read", "all", "lin"), words("readAllLines"));
    assertEquals(List.of("xml", "parser"), words("XMLParser"));
  }

  @Test
  void findsTheSameWordsInAQuestionAsInAName() {
    assertEquals(words("readAllLines"), words("Reading all the lines"));
    assertEquals(words("comparedDates"), words("compare two dates"));
  }

  @Test
  void spellsAbbreviationsOut() {
    assertEquals(words("square root"), words("sqrt"));
    assertEquals(words("temporaryDirectory"), words("tmpDir"));
  }

  @Test
  void leavesOutWhatHasNoContent() {
    assertEquals(List.of(), words("get the 25 of $1"));
  }

  @Test
  void cutsEndingsOff() {
    assertEquals("entry", Words.stem("entries"));
    assertEquals("class", Words.stem("classes"));
    assertEquals("status", Words.stem("status"));
    assertEquals("pars", Words.stem("parsing"));
    assertEquals("pars", Words.stem("parsed"));
    assertEquals("string", Words.stem("strings"));
  }

  @Test
  void marksTheEndsOfWordsInGroupsOfLetters() {
    assertEquals(
        List.of("#<ab", "#abs", "#bs>", "#<abs", "#abs>"), Words.letterGroups("abs").toList());
  }

  @Property
  void neverGivesAnEmptyWord(@ForAll String text) {
    assertEquals(0, Words.of(text).filter(String::isEmpty).count());
  }

  private static List<String> words(String text) {
    return Words.of(text).toList();
  }
}
