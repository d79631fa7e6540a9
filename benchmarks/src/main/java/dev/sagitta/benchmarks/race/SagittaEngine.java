package dev.sagitta.benchmarks.race;

import dev.sagitta.CollectionConfig;
import dev.sagitta.DatabaseOptions;
import dev.sagitta.Durability;
import dev.sagitta.Hit;
import dev.sagitta.RecordId;
import dev.sagitta.SearchRequest;
import dev.sagitta.SearchResult;
import dev.sagitta.VectorCollection;
import dev.sagitta.VectorDatabase;
import dev.sagitta.VectorRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.IntStream;

/** Sagitta through its public API, at durability OS. */
final class SagittaEngine implements Engine {
  private static final String COLLECTION = "race";

  @Override
  public String version() throws IOException {
    return "0.1.0-SNAPSHOT " + CodeFingerprint.ofSagitta();
  }

  @Override
  public String settings() {
    return "durability OS; efSearch per request, all else defaults";
  }

  @Override
  public void build(Building building) throws InterruptedException {
    float[][] base = building.base();
    DatabaseOptions options =
        DatabaseOptions.builder()
            .durability(Durability.os())
            .linkerThreads(building.threads())
            .build();
    building.clock().start();
    try (VectorDatabase database = VectorDatabase.open(building.index(), options)) {
      VectorCollection collection = database.collection(COLLECTION, config(building.data()));
      collection.upsertAll(
          IntStream.range(0, base.length).mapToObj(id -> VectorRecord.of(id, base[id])));
      collection.awaitIndexed();
      building.clock().linked();
    }
    building.clock().saved(Contestant.SAGITTA);
  }

  private static CollectionConfig config(RaceData data) {
    return CollectionConfig.builder(data.dimension(), data.metric())
        .m(GraphParameters.M)
        .efConstruction(GraphParameters.EF_CONSTRUCTION)
        .build();
  }

  @Override
  public OpenIndex open(RaceData data, Path index) {
    VectorDatabase database =
        VectorDatabase.open(index, DatabaseOptions.builder().durability(Durability.os()).build());
    VectorCollection collection = database.collection(COLLECTION, config(data));
    return new OpenIndex() {
      @Override
      public Searcher newSearcher() {
        return (query, ef) -> search(collection, query, ef);
      }

      @Override
      public void close() {
        database.close();
      }
    };
  }

  private static int[] search(VectorCollection collection, float[] query, int ef) {
    SearchResult result =
        collection.search(SearchRequest.builder(query, GraphParameters.K).efSearch(ef).build());
    int[] ids = new int[result.size()];
    int i = 0;
    for (Hit hit : result) {
      ids[i++] = Math.toIntExact(((RecordId.OfLong) hit.id()).value());
    }
    return ids;
  }
}
