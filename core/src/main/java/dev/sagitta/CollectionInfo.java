package dev.sagitta;

import java.util.Optional;

/**
 * An entry in the list of a database's collections.
 *
 * @param name the collection's name
 * @param config its configuration; empty if it cannot be read
 * @param damage why the collection cannot be opened, where that is known without opening it: its
 *     manifests are damaged, of another format or unreadable
 */
public record CollectionInfo(
    String name, Optional<CollectionConfig> config, Optional<String> damage) {}
