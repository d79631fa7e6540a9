package dev.sagitta;

/**
 * One answer of a search.
 *
 * @param id the record's id
 * @param distance its distance from the query as the collection's metric defines it; smaller is
 *     nearer
 * @param payload the record's payload; empty if the request asked for none
 */
public record Hit(RecordId id, float distance, Payload payload) {}
