package dev.sagitta.benchmarks.race;

import java.util.List;
import java.util.Map;
import org.apache.lucene.index.MergePolicy;
import org.apache.lucene.index.MergeTrigger;
import org.apache.lucene.index.SegmentCommitInfo;
import org.apache.lucene.index.SegmentInfos;
import org.jspecify.annotations.Nullable;

/**
 * Merges all segments of an index when it is told to, also if there is but one, and never else: so
 * the graph is made by a merge, however the vectors came into segments.
 */
final class MergeOfAll extends MergePolicy {
  /** No compound files. */
  MergeOfAll() {
    super(0, Long.MAX_VALUE);
  }

  @Override
  public @Nullable MergeSpecification findMerges(
      MergeTrigger trigger, SegmentInfos segments, MergeContext context) {
    return null;
  }

  @Override
  public @Nullable MergeSpecification findForcedMerges(
      SegmentInfos segments,
      int segmentsMax,
      Map<SegmentCommitInfo, Boolean> segmentsToMerge,
      MergeContext context) {
    List<SegmentCommitInfo> all = segments.asList();
    // Asked again after its merge, it finds the segment that came of it.
    boolean original =
        all.stream().anyMatch(segment -> segmentsToMerge.getOrDefault(segment, false));
    if (!original || !context.getMergingSegments().isEmpty()) {
      return null;
    }
    MergeSpecification merges = new MergeSpecification();
    merges.add(new OneMerge(all));
    return merges;
  }

  @Override
  public @Nullable MergeSpecification findForcedDeletesMerges(
      SegmentInfos segments, MergeContext context) {
    return null;
  }

  @Override
  public @Nullable MergeSpecification findFullFlushMerges(
      MergeTrigger trigger, SegmentInfos segments, MergeContext context) {
    return null;
  }
}
