package dev.sagitta;

import java.util.Optional;

/**
 * A look at a collection's state; the numbers are taken one after another while it works on.
 *
 * @param records live records
 * @param slots stored versions: live, replaced and deleted
 * @param pending slots stored but not yet linked into the graph; they are searched exactly
 * @param sequence the newest visible write
 * @param durableSequence the newest write known to survive power loss
 * @param checkpointSequence the newest write that the last checkpoint holds
 * @param logBytes log written since that checkpoint
 * @param diskBytes bytes of the files that the last checkpoint refers to, and of the log since; the
 *     directory holds besides what only the checkpoint before needs
 * @param offHeapBytes anonymous memory outside the heap: slots, ids, links, codes, and records that
 *     no checkpoint has sealed yet
 * @param mappedBytes bytes of sealed files mapped into memory; the operating system may drop them
 * @param kernel the distance kernel that runs
 * @param kernelHint what would make it faster, where something would
 * @param walkedBy what searches of the graph compare: the vectors, or codes of them, by which more
 *     searches are done in a second; hits are chosen and told by vectors always
 * @param codeBytes anonymous memory that codes take, a part of {@code offHeapBytes}
 * @param failure why the collection accepts no writes, where it does not
 * @param warning what went wrong without harm, such as a checkpoint to be tried again or links that
 *     had to be rebuilt
 * @param scrub what the background scrub has read and found; empty where it is off
 * @param calibration whether it is known which efSearch a target recall takes, and which
 */
public record CollectionStats(
    long records,
    long slots,
    long pending,
    long sequence,
    long durableSequence,
    long checkpointSequence,
    long logBytes,
    long diskBytes,
    long offHeapBytes,
    long mappedBytes,
    String kernel,
    Optional<String> kernelHint,
    String walkedBy,
    long codeBytes,
    Optional<String> failure,
    Optional<String> warning,
    Optional<ScrubStats> scrub,
    CalibrationStats calibration) {}
