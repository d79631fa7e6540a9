package dev.sagitta.engine;

import dev.sagitta.CollectionConfig;
import dev.sagitta.InvalidInputException;
import dev.sagitta.RecordId;
import dev.sagitta.SalvagedCollection;
import dev.sagitta.VectorRecord;
import dev.sagitta.persistence.CollectionScan;
import dev.sagitta.persistence.CorruptFileException;
import dev.sagitta.persistence.FileOperations;
import dev.sagitta.persistence.FormatVersionException;
import dev.sagitta.persistence.IntactFrames;
import dev.sagitta.persistence.Manifest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.Function;

/**
 * The salvage of one collection. For one use, on one thread.
 *
 * <p>Salvage begins with the newest readable checkpoint whose files are whole; if none is, with the
 * oldest log that leads up to the oldest of them. From there it goes through the checkpoints in the
 * order of the commits: the log up to the next one is applied, then the live records of that
 * checkpoint, as far as they are intact. So a record is found if it is intact in any place that
 * holds its last version, and the log decides which version is the last.
 */
final class CollectionSalvage {
  private final FileOperations files;
  private final Path directory;
  private final String name;
  private final Optional<CollectionConfig> told;
  private final Function<CollectionConfig, SalvageSink> target;
  private final Runnable stopIfAsked;
  private final SalvageNotes notes = new SalvageNotes();
  private final SalvageLosses losses = new SalvageLosses();

  /**
   * Prepares.
   *
   * @param directory of the collection in the source
   * @param told the configuration, for the case that no manifest can be read
   * @param target creates the collection in the target
   * @param stopIfAsked throws if the salvage is to end
   */
  CollectionSalvage(
      FileOperations files,
      Path directory,
      String name,
      Optional<CollectionConfig> told,
      Function<CollectionConfig, SalvageSink> target,
      Runnable stopIfAsked) {
    this.files = files;
    this.directory = directory;
    this.name = name;
    this.told = told;
    this.target = target;
    this.stopIfAsked = stopIfAsked;
  }

  /**
   * Recovers what can be; changes nothing in the source.
   *
   * @throws dev.sagitta.UnsupportedFormatException if the newest manifest is of a format not read
   *     here
   */
  SalvagedCollection run() {
    CollectionScan scan;
    try {
      scan = CollectionScan.read(files, directory, notes);
    } catch (FormatVersionException e) {
      throw Failures.translate("salvage of collection " + name, e);
    } catch (IOException e) {
      notes.unusable(directory, e);
      return unknown();
    }
    if (scan.storeId().isEmpty()) {
      notes.damaged(new CorruptFileException(directory, 0, "a file with an intact header", "none"));
      return unknown();
    }
    List<SalvagedCheckpoint> checkpoints = checkpoints(scan.manifests());
    try {
      Optional<CollectionConfig> config =
          checkpoints.isEmpty() ? told : Optional.of(checkpoints.getFirst().config().config());
      return config.isEmpty()
          ? unknown()
          : recover(scan, scan.storeId().get(), checkpoints, config.get());
    } finally {
      checkpoints.forEach(SalvagedCheckpoint::close);
    }
  }

  /**
   * Those that are different, newest first. Two of the same sequence are, if one was made to store
   * links: it has a slot table of its own, and the logs before are gone.
   */
  private List<SalvagedCheckpoint> checkpoints(List<Manifest> manifests) {
    List<SalvagedCheckpoint> checkpoints = new ArrayList<>();
    for (Manifest manifest : manifests) {
      boolean known =
          !checkpoints.isEmpty()
              && checkpoints.getLast().manifest().files().equals(manifest.files())
              && checkpoints.getLast().sequence() == manifest.checkpointSequence();
      if (!known) {
        try {
          checkpoints.add(checkpoint(manifest, checkpoints));
        } catch (CorruptFileException e) {
          notes.damaged(e);
        }
      }
    }
    return checkpoints;
  }

  /**
   * What a manifest lists.
   *
   * @param newer checkpoints, whose configuration it must have: a collection never has another
   */
  private SalvagedCheckpoint checkpoint(Manifest manifest, List<SalvagedCheckpoint> newer)
      throws CorruptFileException {
    var checkpoint = new SalvagedCheckpoint(files, directory, manifest, notes);
    if (!newer.isEmpty()) {
      try {
        checkpoint.requireConfig(newer.getFirst().config());
      } catch (CorruptFileException e) {
        checkpoint.close();
        throw e;
      }
    }
    return checkpoint;
  }

  private SalvagedCollection recover(
      CollectionScan scan,
      UUID storeId,
      List<SalvagedCheckpoint> checkpoints,
      CollectionConfig config) {
    SalvageSink sink = target.apply(config);
    int damaged = 0;
    while (damaged < checkpoints.size() && !checkpoints.get(damaged).isWhole(stopIfAsked)) {
      damaged++;
    }
    boolean whole = damaged < checkpoints.size();
    List<SalvagedCheckpoint> used = whole ? checkpoints.subList(0, damaged + 1) : checkpoints;
    try (IntactFrames frames =
        IntactFrames.open(
            files, directory, storeId, scan.logs(), range(scan, used, !whole), notes, notes::gap)) {
      Log log = new Log(frames, config, new IdHash(storeId), sink);
      for (SalvagedCheckpoint checkpoint : used.reversed()) {
        log.applyUpTo(checkpoint.sequence());
        sink.flush();
        apply(checkpoint, checkpoint.equals(used.getFirst()), sink);
      }
      log.applyUpTo(Long.MAX_VALUE);
      sink.finish();
      return report(Optional.of(config), sink.count(), frames.endProven());
    }
  }

  /**
   * Where the log must be read from, and what of it was there by what all manifests say.
   *
   * @param checkpoints that are used, newest first
   * @param earlier whether logs before the oldest are wanted too. They are there if the manifest
   *     that they were kept for is damaged. They need not go back to the first write: they hold
   *     every one from some sequence on, or tell of a gap, so that no older version and no deleted
   *     record comes of them unnoticed; and what was written before is the checkpoint's to give, or
   *     lost
   */
  private static IntactFrames.Range range(
      CollectionScan scan, List<SalvagedCheckpoint> checkpoints, boolean earlier) {
    if (checkpoints.isEmpty()) {
      // Some log was there, or there was nothing worth a salvage.
      long first = scan.logs().isEmpty() ? 1 : scan.logs().getFirst();
      return new IntactFrames.Range(first, 1, first, 0);
    }
    Manifest manifest = checkpoints.getLast().manifest();
    long required = 0;
    long durable = 0;
    for (Manifest each : scan.manifests()) {
      required = Math.max(required, each.requiredLog());
      durable = Math.max(durable, each.durableSequence());
    }
    return new IntactFrames.Range(
        manifest.firstLog(), manifest.firstSequence(), required, durable, earlier);
  }

  /**
   * Takes a checkpoint's live records.
   *
   * @param newest whether what is missing afterwards counts as lost
   */
  private void apply(SalvagedCheckpoint checkpoint, boolean newest, SalvageSink sink) {
    boolean empty = sink.count() == 0;
    long intact = 0;
    for (int slot = 0; slot < checkpoint.slotCount(); slot++) {
      stopIfAsked.run();
      switch (checkpoint.slot(slot)) {
        case SalvagedCheckpoint.Live(VectorRecord record, int payloadBytes) -> {
          intact++;
          if (empty || !sink.has(record)) {
            sink.upsert(record, payloadBytes);
          }
        }
        case SalvagedCheckpoint.Lost(int idHash, Optional<RecordId> id) -> {
          if (newest) {
            losses.add(idHash, id);
          }
        }
        case SalvagedCheckpoint.Dead dead -> {}
        case SalvagedCheckpoint.Unknown unknown -> {}
      }
    }
    sink.flush();
    if (newest) {
      settle(checkpoint, intact, sink);
    }
  }

  /**
   * Counts the losses. Without a gap in the log before it the target has nothing that did not live
   * at the checkpoint, so what it lacks is lost. With one, what the target has beside the
   * checkpoint's intact records may be older versions, so all others that lived there may be lost.
   *
   * @param intact records that lived at the checkpoint and that it gave
   */
  private void settle(SalvagedCheckpoint checkpoint, long intact, SalvageSink sink) {
    // A gap behind it may have been told already: a frame is read ahead.
    if (notes.hasGapUpTo(checkpoint.sequence())) {
      losses.settle(Math.max(losses.count(), checkpoint.live() - intact));
    } else {
      losses.removeIf(sink::contains);
      losses.settle(Math.max(0, checkpoint.live() - sink.count()));
    }
  }

  private SalvagedCollection unknown() {
    return report(Optional.empty(), 0, false);
  }

  private SalvagedCollection report(
      Optional<CollectionConfig> config, long recovered, boolean endProven) {
    return new SalvagedCollection(
        name,
        config,
        recovered,
        losses.count(),
        losses.ids(),
        notes.damage(),
        notes.damageCount(),
        notes.gaps(),
        notes.gapCount(),
        endProven);
  }

  /** The log, applied in parts. */
  private final class Log {
    private final IntactFrames frames;
    private final OperationCodec codec;
    private final IdCodec ids;
    private final IdHash hash;
    private final SalvageSink sink;

    /** Whether a frame was read and not yet applied. */
    private boolean waiting;

    private boolean ended;

    Log(IntactFrames frames, CollectionConfig config, IdHash hash, SalvageSink sink) {
      this.frames = frames;
      this.codec = new OperationCodec(config);
      this.ids = new IdCodec(config.ids());
      this.hash = hash;
      this.sink = sink;
    }

    /** Applies the frames up to a sequence. */
    void applyUpTo(long sequence) {
      while (!ended) {
        stopIfAsked.run();
        waiting = waiting || frames.next();
        if (!waiting) {
          ended = true;
        } else if (frames.sequence() > sequence) {
          return;
        } else {
          applyFrame();
          waiting = false;
        }
      }
    }

    private void applyFrame() {
      List<Change> changes;
      try {
        changes = changes(codec.decode(frames.payload()));
      } catch (IllegalArgumentException | InvalidInputException e) {
        CorruptFileException malformed = frames.malformed(e);
        notes.damaged(malformed);
        notes.gap(
            malformed.file(),
            malformed.offset(),
            frames.sequence(),
            OptionalLong.of(frames.sequence()));
        return;
      }
      changes.forEach(this::apply);
    }

    private List<Change> changes(Operation operation) {
      return switch (operation) {
        case Operation.Upsert upsert ->
            List.of(
                new Change(
                    upsert.id(),
                    ids.decode(upsert.id()),
                    Optional.of(
                        new VectorRecord(
                            ids.decode(upsert.id()),
                            upsert.vector(),
                            PayloadCodec.decode(upsert.payload()))),
                    upsert.payload().length));
        case Operation.Delete delete ->
            List.of(new Change(delete.id(), ids.decode(delete.id()), Optional.empty(), 0));
        case Operation.Batch batch ->
            batch.changes().stream().flatMap(change -> changes(change).stream()).toList();
      };
    }

    private void apply(Change change) {
      int idHash = hash.of(change.idBytes());
      if (losses.mayHold(idHash)) {
        sink.flush();
        losses.rewritten(idHash, change.id(), sink.contains(change.id()));
      }
      if (change.record().isPresent()) {
        sink.upsert(change.record().get(), change.payloadBytes());
      } else {
        sink.delete(change.id());
      }
    }
  }

  /** One change of a record, as the log has it; without a record and its bytes it is a delete. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Change(
      byte[] idBytes, RecordId id, Optional<VectorRecord> record, int payloadBytes) {}
}
