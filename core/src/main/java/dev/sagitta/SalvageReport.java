package dev.sagitta;

import java.util.List;
import java.util.Optional;

/**
 * What a salvage recovered and what was lost.
 *
 * @param collections one entry for each collection of the source, sorted by name
 */
public record SalvageReport(List<SalvagedCollection> collections) {

  /** Copies the list. */
  public SalvageReport {
    collections = List.copyOf(Inputs.notNull("collections", collections));
  }

  /** The entry of a collection, if the source has one of that name. */
  public Optional<SalvagedCollection> collection(String name) {
    Inputs.notNull("name", name);
    return collections.stream().filter(entry -> entry.name().equals(name)).findFirst();
  }

  /** Whether all collections are whole: {@link SalvagedCollection#whole}. */
  public boolean whole() {
    return collections.stream().allMatch(SalvagedCollection::whole);
  }
}
