package dev.sagitta.benchmarks.race;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A plot of speed against recall, as SVG: a line for each engine. */
final class RecallPlot {
  private static final int WIDTH = 860;
  private static final int HEIGHT = 540;
  private static final int LEFT = 80;
  private static final int RIGHT = 210;
  private static final int TOP = 50;
  private static final int BOTTOM = 60;

  /** Below it recall is of little interest. */
  private static final double RECALL_MIN = 0.8;

  private static final List<String> COLOURS =
      List.of(
          "#d62728", "#1f77b4", "#17becf", "#5254a3", "#9edae5", "#2ca02c", "#98a83b", "#9467bd",
          "#8c564b", "#333333");

  private final String title;
  private final List<Outcome> outcomes;
  private final double qpsMin;
  private final double qpsMax;
  private final StringBuilder svg = new StringBuilder();

  RecallPlot(String title, List<Outcome> outcomes) {
    this.title = title;
    this.outcomes = outcomes;
    double[] qps =
        outcomes.stream()
            .flatMap(outcome -> outcome.sweep().points().stream())
            .filter(RecallPlot::isShown)
            .mapToDouble(SweepPoint::qps)
            .sorted()
            .toArray();
    qpsMin = qps.length == 0 ? 1 : qps[0] / 1.2;
    qpsMax = qps.length == 0 ? 10 : qps[qps.length - 1] * 1.2;
  }

  private static boolean isShown(SweepPoint point) {
    return point.recall() >= RECALL_MIN;
  }

  /** The whole file. */
  String svg() {
    add(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\""
            + " font-family=\"sans-serif\" font-size=\"13\">",
        WIDTH, HEIGHT);
    add("<rect width=\"%d\" height=\"%d\" fill=\"white\"/>", WIDTH, HEIGHT);
    text(LEFT, 28, "start", title);
    grid();
    for (int i = 0; i < outcomes.size(); i++) {
      line(outcomes.get(i), COLOURS.get(i % COLOURS.size()), TOP + 14 + 22 * i);
    }
    add("</svg>");
    return svg.toString();
  }

  private void grid() {
    for (int i = 0; i <= 10; i++) {
      double recall = RECALL_MIN + (1 - RECALL_MIN) * i / 10;
      rule(x(recall), TOP, x(recall), HEIGHT - BOTTOM);
      text(x(recall), HEIGHT - BOTTOM + 20, "middle", "%.2f".formatted(recall));
    }
    text((LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 15, "middle", "recall@" + GraphParameters.K);
    for (double power = 1; power <= qpsMax; power *= 10) {
      for (int digit : new int[] {1, 2, 5}) {
        double qps = digit * power;
        if (qps >= qpsMin && qps <= qpsMax) {
          rule(LEFT, y(qps), WIDTH - RIGHT, y(qps));
          text(LEFT - 8, y(qps) + 4, "end", "%,.0f".formatted(qps));
        }
      }
    }
    text(LEFT - 8, TOP - 10, "end", "searches/s");
  }

  private void line(Outcome outcome, String colour, int legendY) {
    List<SweepPoint> points =
        outcome.sweep().points().stream().filter(RecallPlot::isShown).toList();
    String path =
        points.stream()
            .map(point -> format("%.1f,%.1f", x(point.recall()), y(point.qps())))
            .collect(Collectors.joining(" "));
    int width = outcome.contestant() == Contestant.SAGITTA ? 3 : 2;
    add(
        "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"%d\"/>",
        path, colour, width);
    for (SweepPoint point : points) {
      add(
          "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>",
          x(point.recall()), y(point.qps()), colour);
    }
    add(
        "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" stroke=\"%s\" stroke-width=\"%d\"/>",
        WIDTH - RIGHT + 15, legendY, WIDTH - RIGHT + 45, legendY, colour, width);
    text(WIDTH - RIGHT + 52, legendY + 4, "start", outcome.contestant().label());
  }

  private static double x(double recall) {
    return LEFT + (recall - RECALL_MIN) / (1 - RECALL_MIN) * (WIDTH - LEFT - RIGHT);
  }

  private double y(double qps) {
    double share = Math.log(qps / qpsMin) / Math.log(qpsMax / qpsMin);
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM);
  }

  private void rule(double x1, double y1, double x2, double y2) {
    add(
        "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"#dddddd\"/>",
        x1, y1, x2, y2);
  }

  private void text(double x, double y, String anchor, String text) {
    add(
        "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>",
        x, y, anchor, text.replace("&", "&amp;").replace("<", "&lt;"));
  }

  private void add(String format, Object... values) {
    svg.append(format(format, values)).append('\n');
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
