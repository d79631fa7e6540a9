package dev.sagitta.sabotage;

import dev.sagitta.sabotage.Patch.AlwaysJump;
import dev.sagitta.sabotage.Patch.LeaveOut;
import dev.sagitta.sabotage.Patch.NeverJump;
import dev.sagitta.sabotage.Patch.Redirect;
import java.lang.classfile.Opcode;
import java.util.List;
import java.util.regex.Pattern;

/** A way to break the library, and the tests that must notice. */
enum Sabotage {
  ACKNOWLEDGE_BEFORE_FORCE(
      "CrashStepTest#upsertsUpdatesAndDeletes",
      new Redirect(
          "engine.CommitLog",
          "commit",
          "persistence.LogWriter.force",
          "persistence.BrokenPersistence.pretendToForce")),

  CALL_DURABLE_WHAT_IS_WRITTEN(
      "CrashStepTest#upsertsUpdatesAndDeletes",
      new Redirect(
          "engine.CommitLog",
          "count",
          "persistence.LogWriter.durableSequence",
          "persistence.BrokenPersistence.lastSequence")),

  INTERVAL_NEVER_FORCES(
      "CrashStepTest#largeBatches",
      new AlwaysJump("engine.CommitLog", "commit", Opcode.IFLT, 0),
      new Redirect(
          "engine.CollectionEngine",
          "forceDue",
          "engine.CommitLog.unforced",
          "engine.BrokenEngine.allForced")),

  INTERVAL_FORGETS_ITS_BYTES(
      "CrashStepTest#largeBatches", new AlwaysJump("engine.CommitLog", "commit", Opcode.IFLT, 0)),

  INTERVAL_FORGETS_ITS_TIMER(
      "CrashStepTest#upsertsUpdatesAndDeletes",
      new Redirect(
          "engine.CollectionEngine",
          "forceDue",
          "engine.CommitLog.unforced",
          "engine.BrokenEngine.allForced")),

  NAME_A_LOG_WITHOUT_FORCING_ITS_DIRECTORY(
      "CrashStepTest#checkpointsAndLogRotation",
      new LeaveOut(
          "persistence.LogCreation", "lambda$create", "persistence.FileOperations.forceDirectory")),

  NAME_A_MANIFEST_WITHOUT_FORCING_ITS_DIRECTORY(
      "CrashStepTest#checkpointsAndLogRotation ShortSequencesTest",
      new LeaveOut(
          "persistence.ManifestStore", "write", "persistence.FileOperations.forceDirectory")),

  DELETE_A_LOG_BEFORE_THE_MANIFEST(
      "CrashStepTest#checkpointsAndLogRotation",
      new Redirect(
          "engine.CollectionFiles",
          "write",
          "persistence.ManifestStore.write",
          "persistence.BrokenPersistence.deleteLogsAndWrite")),

  APPEND_BEHIND_A_TORN_TAIL(
      "DoubleCrashTest#whatIsForcedBehindACutTailStays RecoveryCrashTest",
      new Redirect(
          "engine.CollectionFiles",
          "openLog",
          "persistence.LogWriter.continueAfter",
          "persistence.BrokenPersistence.appendBehindTheTail")),

  SKIP_THE_CHAIN_CHECK(
      "persistence.LogChainTest#aFrameNoWriterMakesIsBadThoughItsChecksumsAreRight",
      new NeverJump("persistence.LogReader", "next", Opcode.IF_ICMPNE, 2)),

  IGNORE_A_SHORT_WRITE(
      "FaultStepTest#upsertsUpdatesAndDeletes",
      new Redirect(
          "persistence.LogWriter",
          "writeToFile",
          "persistence.FileHandle.write",
          "persistence.BrokenPersistence.writeRegardless")),

  RETRY_A_FAILED_FORCE(
      "FaultStepTest#upsertsUpdatesAndDeletes",
      new Redirect(
          "persistence.LogWriter",
          "forceHandle",
          "persistence.FileHandle.force",
          "persistence.BrokenPersistence.forceTwice")),

  FREE_MEMORY_UNDER_ITS_READERS(
      "engine.ReclaimerTest#waitsForReadersThatAreInside",
      new LeaveOut("engine.Reclaimer", "reclaim", "engine.Epoch.awaitReaders")),

  STORE_A_VECTOR_WITH_THE_NEXT_WRITE(
      "CrashStepTest#upsertsUpdatesAndDeletes",
      new Redirect(
          "engine.CollectionState",
          "upsert",
          "engine.VectorStore.write",
          "engine.BrokenEngine.storeLater")),

  PUBLISH_BEFORE_LOGGING(
      "DoubleCrashTest#aFailedForceFailsTheCollectionAndNothingForcedAfterReopeningIsLost",
      new Redirect(
          "engine.WriteLane",
          "applyLogged",
          "engine.CollectionState.apply",
          "engine.BrokenEngine.applyAndPublish")),

  REPLAY_HALF_A_BATCH(
      "CrashStepTest#atomicBatches",
      new Redirect(
          "engine.Recovery",
          "lambda$replay",
          "engine.CollectionState.apply",
          "engine.BrokenEngine.applyHalf")),

  REUSE_AN_EPOCH(
      "persistence.LogChainTest#continuingCopiesWhatTheLogDoesNotProveDurable",
      new Redirect(
          "persistence.LogWriter",
          "continueAfter",
          "persistence.LogHeader.after",
          "persistence.BrokenPersistence.sameEpoch")),

  TRUST_AN_UNVERIFIED_BLOCK(
      "ReopenTest#aDamagedVectorIsAnErrorOfItsReadersOnly RotBitTest#flippedBits"
          + " VerifyTest SalvageDamageTest",
      new AlwaysJump("persistence.BlockFileTable", "readBlock", Opcode.IF_ICMPEQ, 1)),

  TAKE_DAMAGE_FOR_A_TORN_TAIL(
      "persistence.LogDamageTest RotBitTest#flippedBits",
      new Redirect(
          "persistence.LogTail",
          "lambda$isTorn",
          "persistence.LogTail.proves",
          "persistence.BrokenPersistence.provesNothing")),

  DELETE_THE_LAST_GOOD_COPY(
      "RotBitTest#flippedBits",
      new Redirect(
          "persistence.ManifestStore",
          "deleteObsolete",
          "persistence.ReadBack.problem",
          "persistence.BrokenPersistence.noDamage")),

  LIST_FILES_THAT_WERE_NOT_FORCED(
      "CrashStepTest#checkpointsAndLogRotation",
      new LeaveOut("persistence.BlockFileWriter", "finish", "persistence.FileHandle.force")),

  ROTATE_A_LOG_THAT_WAS_NOT_FORCED(
      "CrashStepTest#checkpointsAndLogRotation",
      new Redirect(
          "persistence.LogWriter",
          "rotate",
          "persistence.LogWriter.force",
          "persistence.BrokenPersistence.pretendToForce")),

  TAKE_THE_PAGE_CACHE_FOR_THE_MEDIUM(
      "DoubleCrashTest#aForcedWriteMakesDurableWhatAKilledProcessLeftInThePageCache",
      new Redirect(
          "persistence.LogWriter",
          "continueAfter",
          "persistence.LogEnd.durable",
          "persistence.BrokenPersistence.endForDurable"),
      new Redirect(
          "persistence.LogReader",
          "copyFrames",
          "persistence.LogEnd.durable",
          "persistence.BrokenPersistence.endForDurable")),

  GO_ON_AFTER_A_FAILED_WRITE(
      "FaultStepTest#upsertsUpdatesAndDeletes",
      new LeaveOut("engine.WriteLane", "commit", "engine.WriteLane.fail")),

  DROP_FILE_BY_FILE(
      "CrashStepTest#creatingAndDropping",
      new Redirect(
          "engine.DatabaseEngine",
          "lambda$drop",
          "persistence.FileOperations.rename",
          "engine.BrokenEngine.deleteAndRename")),

  CREATE_WITHOUT_FORCING_THE_NAME(
      "CrashStepTest#creatingAndDropping",
      new LeaveOut(
          "engine.DurableNames", "forceOrUndo", "persistence.FileOperations.forceDirectory")),

  KEEP_A_NAME_WHOSE_FORCE_FAILED(
      "FaultStepTest#creatingAndDropping",
      new LeaveOut("engine.DurableNames", "forceOrUndo", "engine.DurableNames$Naming.run")),

  GO_ON_BEHIND_A_LOG_WHOSE_NAME_MAY_BE_LOST(
      "FaultStepTest#checkpointsAndLogRotation",
      new Redirect(
          "persistence.LogScan",
          "end",
          "persistence.LogStart.requiredLog",
          "persistence.BrokenPersistence.everyLog")),

  CLOSE_WITHOUT_MAKING_DURABLE(
      "CrashStepTest#closingAndOpening",
      new LeaveOut(
          "engine.CollectionEngine",
          "makeDurable",
          "engine.CollectionEngine.checkpointBeforeClose"),
      new Redirect(
          "engine.CommitLog",
          "flush",
          "engine.CommitLog.force",
          "engine.BrokenEngine.forceNothing"),
      new Redirect(
          "engine.CommitLog",
          "close",
          "persistence.LogWriter.close",
          "persistence.BrokenPersistence.abandon")),

  LEAVE_OUT_WHAT_IS_PENDING(
      "CrashStepTest#upsertsUpdatesAndDeletes",
      new LeaveOut("engine.CollectionState", "publish", "engine.PendingSlots.add")),

  KEEP_THE_OLD_VERSION_ALIVE(
      "CrashStepTest#upsertsUpdatesAndDeletes",
      new LeaveOut("engine.CollectionState", "upsert", "engine.SlotTable.kill")),

  STORE_DEATHS_AFTER_THE_CHECKPOINT(
      "CrashStepTest#writesBesideCheckpoints",
      new NeverJump("engine.SlotTable", "copyAsOf", Opcode.IFGT, 0)),

  LOCK_NOTHING(
      "VectorDatabaseTest#hasADirectoryToItself",
      new Redirect(
          "engine.DatabaseEngine",
          "takeDirectory",
          "persistence.FileOperations.lock",
          "engine.BrokenEngine.lockNothing"));

  private static final Pattern SPACE = Pattern.compile(" ");

  private final String tests;
  private final List<Patch> patches;

  Sabotage(String tests, Patch... patches) {
    this.tests = tests;
    this.patches = List.of(patches);
  }

  /** What must fail: classes, or a class and a method behind {@code #}, below dev.sagitta. */
  List<String> tests() {
    return SPACE.splitAsStream(tests).toList();
  }

  List<Patch> patches() {
    return patches;
  }
}
