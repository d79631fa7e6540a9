package dev.sagitta;

import java.util.Optional;

/**
 * An entry in the list of a database's collections.
 *
 * @param name the collection's name
 * @param config its configuration; empty if it cannot be read
 * @param damage why the collection cannot be opened, where its manifests are damaged
 */
public record CollectionInfo(
    String name, Optional<CollectionConfig> config, Optional<String> damage) {}
