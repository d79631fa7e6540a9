package dev.sagitta;

/**
 * How far a stream of upserts has come.
 *
 * @param acknowledged records stored and acknowledged so far, from the start of the stream
 */
public record UpsertProgress(long acknowledged) {}
