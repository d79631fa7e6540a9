package dev.sagitta.benchmarks.data;

import static dev.sagitta.benchmarks.data.TestFiles.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class NpyHeaderTest {
  @TempDir Path directory;

  private Path file() throws IOException {
    return TestFiles.write(directory.resolve("a.npy"), "00");
  }

  private static NpyHeader parse(Path file, String text) throws IOException {
    try (FileBytes bytes = FileBytes.map(file)) {
      return NpyHeader.parse(bytes, text);
    }
  }

  @Test
  void readsAnyOrderAndSpacing() throws IOException {
    NpyHeader expected = new NpyHeader("'<f4'", "False", "(3, 4)");
    for (String text :
        new String[] {
          "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }  \n",
          "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4)}",
          "{'shape':(3, 4),'fortran_order':False,'descr':'<f4'}",
          " { 'fortran_order' : False ,\n 'descr' : '<f4' , 'shape' : (3, 4) , } ",
        }) {
      assertEquals(expected, parse(file(), text), text);
    }
  }

  @Test
  void refusesEverythingElse() throws IOException {
    for (String text :
        new String[] {
          "",
          "{}",
          "{",
          "descr",
          "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4)",
          "{'descr': '<f4', 'fortran_order': False}",
          "{'descr': '<f4', 'shape': (3, 4)}",
          "{'fortran_order': False, 'shape': (3, 4)}",
          "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), 'more': 1}",
          "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), 'descr': '<f4'}",
          "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4),,}",
          "{,'descr': '<f4', 'fortran_order': False, 'shape': (3, 4)}",
          "{'descr': '<f4' 'fortran_order': False, 'shape': (3, 4)}",
          "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4}",
          "{'descr': '<f4', 'fortran_order': , 'shape': (3, 4)}",
        }) {
      Path file = file();
      assertRefused(
          file,
          "a header with descr, fortran_order and shape",
          text,
          () -> parse(file, text + "\n"));
    }
  }
}
