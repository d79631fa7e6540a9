package dev.sagitta.examples.report;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A table of plain text, its columns as wide as their widest cell. {@code toString()} draws it. */
public final class Table {
  private static final String INDENT = "  ";
  private static final String GAP = "  ";

  private final List<Column> columns;
  private final List<List<String>> rows = new ArrayList<>();

  /** Which side of a column its cells keep to. */
  private enum Side {
    LEFT,
    RIGHT
  }

  /** A column: its title and where its cells stand. */
  public static final class Column {
    private final String title;
    private final Side side;

    private Column(String title, Side side) {
      this.title = title;
      this.side = side;
    }

    /** A column of words. */
    public static Column left(String title) {
      return new Column(title, Side.LEFT);
    }

    /** A column of numbers. */
    public static Column right(String title) {
      return new Column(title, Side.RIGHT);
    }

    private String pad(String cell, int width) {
      String blanks = " ".repeat(width - cell.length());
      return side == Side.LEFT ? cell + blanks : blanks + cell;
    }
  }

  /** A table without rows. */
  public Table(Column... columns) {
    this.columns = List.of(columns);
  }

  /** Adds a row of as many cells as there are columns. */
  public Table row(String... cells) {
    if (cells.length != columns.size()) {
      throw new IllegalArgumentException(
          "a row has " + cells.length + " cells; the table has " + columns.size() + " columns");
    }
    rows.add(List.of(cells));
    return this;
  }

  @Override
  public String toString() {
    List<String> titles = columns.stream().map(column -> column.title).toList();
    int[] widths = IntStream.range(0, columns.size()).map(i -> width(i, titles)).toArray();
    StringBuilder text = new StringBuilder();
    text.append(line(titles, widths));
    text.append(line(IntStream.of(widths).mapToObj("-"::repeat).toList(), widths));
    rows.forEach(row -> text.append(line(row, widths)));
    return text.toString();
  }

  private int width(int column, List<String> titles) {
    int widest = rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
    return Math.max(widest, titles.get(column).length());
  }

  private String line(List<String> cells, int[] widths) {
    String line =
        IntStream.range(0, widths.length)
            .mapToObj(i -> columns.get(i).pad(cells.get(i), widths[i]))
            .collect(Collectors.joining(GAP, INDENT, ""));
    return line.stripTrailing() + System.lineSeparator();
  }
}
