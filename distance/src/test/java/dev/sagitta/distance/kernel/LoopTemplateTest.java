package dev.sagitta.distance.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.distance.ElementType;
import dev.sagitta.distance.Metric;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class LoopTemplateTest {
  @Test
  void kernelsOfOneKindShareALoop() {
    for (Kind kind : Kind.ALL) {
      for (int bits : new int[] {128, 256, 512}) {
        assertSame(
            new SimdKernels(bits).sums(kind.elements(), kind.metric()),
            new SimdKernels(bits).sums(kind.elements(), kind.metric()));
      }
      assertSame(
          new ScalarKernels().sums(kind.elements(), kind.metric()),
          new ScalarKernels().sums(kind.elements(), kind.metric()));
    }
  }

  /** Cosine differs from the dot product in what is done with a sum, not in the sum. */
  @Test
  void cosineSharesTheLoopOfTheDotProduct() {
    for (ElementType elements :
        new ElementType[] {ElementType.FLOAT32, ElementType.FLOAT16, ElementType.INT8}) {
      assertSame(
          KernelSets.NATIVE.sums(elements, Metric.COSINE),
          KernelSets.NATIVE.sums(elements, Metric.DOT_PRODUCT));
    }
  }

  /** Each has a class of its own, hence a profile and compiled code of its own. */
  @Test
  void kernelsOfDifferentKindsShareNoLoop() {
    Set<Class<?>> loops = new HashSet<>();
    int kinds = 0;
    for (Kind kind : Kind.ALL) {
      if (kind.metric() != Metric.COSINE) {
        kinds++;
        loops.add(new ScalarKernels().sums(kind.elements(), kind.metric()).getClass());
        for (int bits : new int[] {128, 256, 512}) {
          loops.add(new SimdKernels(bits).sums(kind.elements(), kind.metric()).getClass());
        }
      }
    }
    assertEquals(kinds * 4, loops.size());
    assertTrue(loops.stream().allMatch(Class::isHidden));
  }

  @Test
  void aCopyIsMadeOfTheConstantItIsAskedFor() {
    RowSums hamming = LoopTemplate.instance(ScalarBitSums.class, new BitTerm.Hamming());
    RowSums jaccard = LoopTemplate.instance(ScalarBitSums.class, new BitTerm.Jaccard());
    assertNotSame(hamming, jaccard);
    assertEquals("Hamming[]", hamming.toString());
    assertEquals("Jaccard[]", jaccard.toString());
  }
}
