package dev.sagitta.examples.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sagitta.examples.report.Table.Column;
import java.util.List;
import org.junit.jupiter.api.Test;

class TableTest {
  private final Table table = new Table(Column.left("fruit"), Column.right("kg"));

  @Test
  void makesColumnsAsWideAsTheirWidestCell() {
    table.row("pear", "7").row("pineapple", "1,250");

    assertEquals(
        List.of(
            "  fruit         kg", "  ---------  -----", "  pear           7", "  pineapple  1,250"),
        table.toString().lines().toList());
  }

  @Test
  void refusesRowsOfAnotherLength() {
    assertThrows(IllegalArgumentException.class, () -> table.row("pear"));
  }
}
