package dev.sagitta.benchmarks.race;

/**
 * How one engine searches with one ef: medians of the rounds.
 *
 * @param qps searches per second of one thread
 * @param qpsMin of the slowest round
 * @param qpsMax of the fastest round
 */
record SweepPoint(
    int ef,
    double recall,
    double qps,
    double qpsMin,
    double qpsMax,
    double p50Micros,
    double p99Micros) {}
