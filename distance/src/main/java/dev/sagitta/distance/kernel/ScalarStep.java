package dev.sagitta.distance.kernel;

/** What a copy of {@link ScalarSums} is made for: how it loads elements, and what it adds. */
record ScalarStep(ScalarLoad load, ScalarTerm term) {}
