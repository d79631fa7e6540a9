package dev.sagitta;

/** What a database made of a damage, where it was right. */
enum RotOutcome {
  REFUSED_AT_OPEN("told at opening"),
  REFUSED_AT_READ("told by the calls that need it"),
  REBUILT("links rebuilt, with a warning"),
  STEPPED_OVER("older manifest counts, with a warning"),
  NOT_NEEDED("nothing needs it"),
  CUT("end of the last log cut");

  private final String text;

  RotOutcome(String text) {
    this.text = text;
  }

  @Override
  public String toString() {
    return text;
  }
}
