/*
 * The loops of Sagitta's kernels in C: what the machine can do, to hold the Java kernels against.
 * Plain loops, which gcc turns into SIMD; NativeLibrary compiles them and says with which flags.
 * -ffast-math is among them, because without it gcc must not change the order of a sum and adds
 * element after element.
 *
 * Every function scores rows as dev.sagitta.distance.kernel.Kernel does: the row of an ordinal is
 * in extents[ordinal >> shift] at (ordinal & mask) * row_bytes. Its name says what it adds up, the
 * rows' elements, and how many rows it scores at once: squares_float32_4. Counts are multiples of
 * eight.
 */
#include <math.h>
#include <stdint.h>
#ifdef __F16C__
#include <immintrin.h>
#endif

#define ARGUMENTS                                                                                  \
  const void *query, const char *const *extents, int32_t shift, int64_t row_bytes,                 \
      const int32_t *ordinals, int32_t count, int32_t length, float *scores

#define ROW(type, at)                                                                              \
  ((const type *) __builtin_assume_aligned(                                                        \
      extents[ordinals[at] >> shift] + (ordinals[at] & ((1 << shift) - 1)) * row_bytes, 64))

static inline float float32(float element) { return element; }
static inline float int8(int8_t element) { return element; }

/* An integer of 8 bits in products and squares that stay integers. */
static inline int32_t bytes(int8_t element) { return element; }

/* Half precision by shift, mask and product, as LaneLoad.Float16 does it. */
static inline float float16(int16_t bits) {
  union { uint32_t bits; float value; } tiny = {((uint32_t) (int32_t) bits << 13) & 0x8FFFE000u};
  return tiny.value * 0x1p112f;
}

#ifdef __FLT16_MAX__
/* Half precision as the compiler knows it. */
static inline float half(_Float16 element) { return element; }
#endif

#define product(q, x) ((q) * (x))
#define squares(q, x) (((q) - (x)) * ((q) - (x)))
#define absolutes(q, x) fabsf((q) - (x))
#define differing(q, x) __builtin_popcountll((q) ^ (x))

/* Scores are smaller for nearer vectors, so a product is negated. */
#define score_of_product(sum) (-(float) (sum))
#define score_of_squares(sum) ((float) (sum))
#define score_of_absolutes(sum) ((float) (sum))
#define score_of_differing(sum) ((float) (sum))

#define ONE(term, name, load, element, query_type, sum_type)                                       \
  void term##_##name##_1(ARGUMENTS) {                                                              \
    const query_type *q = __builtin_assume_aligned(query, 64);                                     \
    for (int32_t at = 0; at < count; at++) {                                                       \
      const element *r = ROW(element, at);                                                         \
      sum_type s = 0;                                                                              \
      for (int32_t i = 0; i < length; i++) s += term(q[i], load(r[i]));                            \
      scores[at] = score_of_##term(s);                                                             \
    }                                                                                              \
  }

#define FOUR(term, name, load, element, query_type, sum_type)                                      \
  void term##_##name##_4(ARGUMENTS) {                                                              \
    const query_type *q = __builtin_assume_aligned(query, 64);                                     \
    for (int32_t at = 0; at < count; at += 4) {                                                    \
      const element *r0 = ROW(element, at), *r1 = ROW(element, at + 1);                            \
      const element *r2 = ROW(element, at + 2), *r3 = ROW(element, at + 3);                        \
      sum_type s0 = 0, s1 = 0, s2 = 0, s3 = 0;                                                     \
      for (int32_t i = 0; i < length; i++) {                                                       \
        s0 += term(q[i], load(r0[i]));                                                             \
        s1 += term(q[i], load(r1[i]));                                                             \
        s2 += term(q[i], load(r2[i]));                                                             \
        s3 += term(q[i], load(r3[i]));                                                             \
      }                                                                                            \
      scores[at] = score_of_##term(s0);                                                            \
      scores[at + 1] = score_of_##term(s1);                                                        \
      scores[at + 2] = score_of_##term(s2);                                                        \
      scores[at + 3] = score_of_##term(s3);                                                        \
    }                                                                                              \
  }

#define EIGHT(term, name, load, element, query_type, sum_type)                                     \
  void term##_##name##_8(ARGUMENTS) {                                                              \
    const query_type *q = __builtin_assume_aligned(query, 64);                                     \
    for (int32_t at = 0; at < count; at += 8) {                                                    \
      const element *r0 = ROW(element, at), *r1 = ROW(element, at + 1);                            \
      const element *r2 = ROW(element, at + 2), *r3 = ROW(element, at + 3);                        \
      const element *r4 = ROW(element, at + 4), *r5 = ROW(element, at + 5);                        \
      const element *r6 = ROW(element, at + 6), *r7 = ROW(element, at + 7);                        \
      sum_type s0 = 0, s1 = 0, s2 = 0, s3 = 0, s4 = 0, s5 = 0, s6 = 0, s7 = 0;                     \
      for (int32_t i = 0; i < length; i++) {                                                       \
        s0 += term(q[i], load(r0[i]));                                                             \
        s1 += term(q[i], load(r1[i]));                                                             \
        s2 += term(q[i], load(r2[i]));                                                             \
        s3 += term(q[i], load(r3[i]));                                                             \
        s4 += term(q[i], load(r4[i]));                                                             \
        s5 += term(q[i], load(r5[i]));                                                             \
        s6 += term(q[i], load(r6[i]));                                                             \
        s7 += term(q[i], load(r7[i]));                                                             \
      }                                                                                            \
      scores[at] = score_of_##term(s0);                                                            \
      scores[at + 1] = score_of_##term(s1);                                                        \
      scores[at + 2] = score_of_##term(s2);                                                        \
      scores[at + 3] = score_of_##term(s3);                                                        \
      scores[at + 4] = score_of_##term(s4);                                                        \
      scores[at + 5] = score_of_##term(s5);                                                        \
      scores[at + 6] = score_of_##term(s6);                                                        \
      scores[at + 7] = score_of_##term(s7);                                                        \
    }                                                                                              \
  }

#define ALL(term, name, load, element, query_type, sum_type)                                       \
  ONE(term, name, load, element, query_type, sum_type)                                             \
  FOUR(term, name, load, element, query_type, sum_type)                                            \
  EIGHT(term, name, load, element, query_type, sum_type)

#define NUMERIC(term)                                                                              \
  ALL(term, float32, float32, float, float, float)                                                 \
  ALL(term, float16, float16, int16_t, float, float)                                               \
  ALL(term, int8, int8, int8_t, float, float)

NUMERIC(product)
NUMERIC(squares)
NUMERIC(absolutes)

ALL(product, bytes, bytes, int8_t, int8_t, int32_t)
ALL(squares, bytes, bytes, int8_t, int8_t, int32_t)

#define same(word) (word)
ALL(differing, binary, same, uint64_t, uint64_t, int64_t)

#ifdef __FLT16_MAX__
ALL(product, half, half, _Float16, float, float)
ALL(squares, half, half, _Float16, float, float)
ALL(absolutes, half, half, _Float16, float, float)
#endif

#ifdef __F16C__
/*
 * The one place with an intrinsic: gcc 12 converts _Float16 one by one, although x86 has an
 * instruction for eight.
 */
typedef float lanes __attribute__((vector_size(32)));

static inline lanes converted(const int16_t *row) {
  return (lanes) _mm256_cvtph_ps(_mm_load_si128((const __m128i *) row));
}

static inline float total(lanes s) {
  return ((s[0] + s[4]) + (s[1] + s[5])) + ((s[2] + s[6]) + (s[3] + s[7]));
}

#define absolute_lanes(d) ((lanes) _mm256_andnot_ps(_mm256_set1_ps(-0.0f), (__m256) (d)))
#define lanes_product(q, x) ((q) * (x))
#define lanes_squares(q, x) (((q) - (x)) * ((q) - (x)))
#define lanes_absolutes(q, x) absolute_lanes((q) - (x))

#define CONVERTED(term)                                                                            \
  void term##_half_f16c(ARGUMENTS) {                                                               \
    const float *q = __builtin_assume_aligned(query, 64);                                          \
    for (int32_t at = 0; at < count; at += 4) {                                                    \
      const int16_t *r0 = ROW(int16_t, at), *r1 = ROW(int16_t, at + 1);                            \
      const int16_t *r2 = ROW(int16_t, at + 2), *r3 = ROW(int16_t, at + 3);                        \
      lanes s0 = {0}, s1 = {0}, s2 = {0}, s3 = {0};                                                \
      for (int32_t i = 0; i < length; i += 8) {                                                    \
        lanes part = *(const lanes *) (q + i);                                                     \
        s0 += lanes_##term(part, converted(r0 + i));                                               \
        s1 += lanes_##term(part, converted(r1 + i));                                               \
        s2 += lanes_##term(part, converted(r2 + i));                                               \
        s3 += lanes_##term(part, converted(r3 + i));                                               \
      }                                                                                            \
      scores[at] = score_of_##term(total(s0));                                                     \
      scores[at + 1] = score_of_##term(total(s1));                                                 \
      scores[at + 2] = score_of_##term(total(s2));                                                 \
      scores[at + 3] = score_of_##term(total(s3));                                                 \
    }                                                                                              \
  }

CONVERTED(product)
CONVERTED(squares)
CONVERTED(absolutes)
#endif
