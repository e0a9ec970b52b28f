#include "nn/isa.h"

#if MCUFORGE_ISA_DSP

// What surrounds the assembler is worth fewer bytes. Rows of padding are few: no calls of memset.
#pragma GCC optimize("Os", "no-tree-loop-distribute-patterns")

#include <cstddef>

#include "nn/depthwise_plane_s8.h"
#include "nn/dsp.h"

// A plane has one channel's values without zero point, 0 where the window meets padding: two
// neighbouring columns in a word, the rows of a pair of columns one after the other. So the nine
// taps of an output are six words at fixed places, its weights stay in registers, and the step to
// the row below is the loads' own. For a stride of 1 two neighbours share the words: 6 LDR and 12
// SMLAD, SMLATB or SMLABT for 18 MACs. Weights and bias are doubled, as SMMULR wants the sum.

namespace nn {
namespace {

// What the assembler works on; it knows the offsets. Outputs below each other.
struct PlaneColumn {
  const uint32_t* words;  // the top one's first pair of columns
  const uint32_t* next;   // the pair beside it
  uint32_t firsts[3];     // of each row of taps the first and second weight, doubled
  uint32_t lasts[3];      // the second and third
  int8_t* output;
  int32_t beside;             // from an output to its right neighbour; 0: there is none
  int32_t below;              // from an output to the one below
  const uint32_t* words_end;  // `words` of the one below the last
  FastChannel channel;        // its bias is doubled
};

static_assert(offsetof(PlaneColumn, next) == 4);
static_assert(offsetof(PlaneColumn, firsts) == 8);
static_assert(offsetof(PlaneColumn, lasts) == 20);
static_assert(offsetof(PlaneColumn, output) == 32);
static_assert(offsetof(PlaneColumn, beside) == 36);
static_assert(offsetof(PlaneColumn, below) == 40);
static_assert(offsetof(PlaneColumn, words_end) == 44);
static_assert(offsetof(PlaneColumn, channel) == 48);
static_assert(sizeof(FastChannel) == 16);

// r0 words, r1 next, r2-r4 firsts, r5-r7 lasts, r8 output; the rest on the stack.
[[gnu::naked, gnu::noipa]] void TwoColumns(const PlaneColumn* /*column*/) {
  // clang-format off
#define MCUFORGE_OUTPUT(acc)                 \
  "smmulr " acc ", " acc ", r11\n"           \
  "add " acc ", " acc ", " acc ", asr #31\n" \
  "add " acc ", " acc ", r12\n"              \
  "asr " acc ", " acc ", lr\n"               \
  "ssat " acc ", #8, " acc "\n"
  asm volatile(
      "push {r4-r11, lr}\n"
      "add r1, r0, #36\n"
      "ldm r1, {r2-r8}\n"
      "sub sp, #28\n"
      "stm sp, {r2-r8}\n"
      "ldm r0, {r0-r8}\n"
      "1:\n"
      "ldr r9, [sp, #12]\n"
      "ldr r11, [r0], #4\n"
      "ldr r12, [r0]\n"
      "ldr lr, [r0, #4]\n"
      "mov r10, r9\n"
      "smlad r9, r11, r2, r9\n"
      "smlatb r10, r11, r2, r10\n"
      "smlad r9, r12, r3, r9\n"
      "smlatb r10, r12, r3, r10\n"
      "smlad r9, lr, r4, r9\n"
      "smlatb r10, lr, r4, r10\n"
      "ldr r11, [r1], #4\n"
      "ldr r12, [r1]\n"
      "ldr lr, [r1, #4]\n"
      "smlabt r9, r11, r5, r9\n"
      "smlad r10, r11, r5, r10\n"
      "smlabt r9, r12, r6, r9\n"
      "smlad r10, r12, r6, r10\n"
      "smlabt r9, lr, r7, r9\n"
      "smlad r10, lr, r7, r10\n"
      "ldrd r11, r12, [sp, #16]\n"
      "ldr lr, [sp, #24]\n"
      MCUFORGE_OUTPUT("r10")
      MCUFORGE_OUTPUT("r9")
      "ldr r11, [sp]\n"
      "strb r10, [r8, r11]\n"
      "strb r9, [r8]\n"  // over the other one where that is none
      "ldrd r11, r12, [sp, #4]\n"
      "add r8, r11\n"
      "cmp r0, r12\n"
      "bne 1b\n"
      "add sp, #28\n"
      "pop {r4-r11, pc}\n");
#undef MCUFORGE_OUTPUT
  // clang-format on
}

// Rows of two neighbouring columns, of two channels. Per row 11 instructions for four values.
struct PlaneFill {
  const int8_t* columns[2];
  int32_t steps[2];  // from row to row
  uint32_t offset;   // minus the zero point, in both halfwords
  uint32_t* to[2];   // a channel's plane each
  int32_t rows;      // at least 1
};

static_assert(offsetof(PlaneFill, steps) == 8);
static_assert(offsetof(PlaneFill, offset) == 16);
static_assert(offsetof(PlaneFill, to) == 20);
static_assert(offsetof(PlaneFill, rows) == 28);

[[gnu::naked, gnu::noipa]] void FillRows(const PlaneFill* /*fill*/) {
  // clang-format off
  asm volatile(
      "push {r4-r8, lr}\n"
      "ldm r0, {r0-r7}\n"
      "1:\n"
      "ldrh r8, [r0]\n"
      "ldrh r12, [r1]\n"
      "add r0, r2\n"
      "add r1, r3\n"
      "orr r12, r8, r12, lsl #16\n"
      "sxtab16 r8, r4, r12\n"
      "sxtab16 r12, r4, r12, ror #8\n"
      "str r8, [r5], #4\n"
      "str r12, [r6], #4\n"
      "subs r7, #1\n"
      "bne 1b\n"
      "pop {r4-r8, pc}\n");
  // clang-format on
}

// The planes of two channels: `rows` rows from the input's row in_y on. input: of the first one.
void FillPlanes(const ConvParams& p, const int8_t* input, int32_t in_y, int32_t rows,
                uint32_t* planes) {
  const int32_t pairs = PlanePairs(p);
  const int32_t row_bytes = p.in_w * p.out_c;
  const int8_t padding[2] = {p.in_zero_point, p.in_zero_point};
  const int32_t above = in_y < 0 ? -in_y : 0;
  const int32_t end = p.in_h - in_y < rows ? p.in_h - in_y : rows;
  PlaneFill fill;
  fill.offset = TwoHalfwords(-p.in_zero_point);
  fill.rows = end > above ? end - above : 0;
  fill.to[0] = planes + above;
  const int8_t* const row = input + (in_y + above) * row_bytes;
  int32_t x = -p.pad_left;
  for (const int32_t x_end = x + 2 * pairs; x < x_end; x += 2) {
    fill.to[1] = fill.to[0] + pairs * rows;
    for (int32_t i = -above; i < 0; ++i) {
      fill.to[0][i] = fill.to[1][i] = 0;
    }
    for (int32_t i = fill.rows; i < rows - above; ++i) {
      fill.to[0][i] = fill.to[1][i] = 0;
    }
    for (int32_t i = 0; i < 2; ++i) {
      const bool is_inside = x + i >= 0 && x + i < p.in_w;
      fill.columns[i] = is_inside ? row + (x + i) * p.out_c : padding;
      fill.steps[i] = is_inside ? row_bytes : 0;
    }
    if (fill.rows > 0) {
      FillRows(&fill);
    }
    fill.to[0] += rows;
  }
}

}  // namespace

void DepthwisePlanesS8(const ConvParams& p, const FastChannel* channels, const int16_t* weights,
                       const int8_t* input, int8_t* output, uint32_t* planes, int32_t first) {
  PlaneColumn column;
  column.below = p.out_w * p.out_c;
  const int32_t in_end = p.out_h + 2 - p.pad_top;
  for (int32_t in_y = -p.pad_top; in_y + 2 < in_end; in_y += PlaneRows(p) - 2) {
    const int32_t rows = in_end - in_y < PlaneRows(p) ? in_end - in_y : PlaneRows(p);
    for (int32_t channel = first & ~1; channel < 4; ++channel) {
      uint32_t* plane = planes;
      if ((channel & 1) != 0) {
        plane += rows * PlanePairs(p);
      } else {
        FillPlanes(p, input + channel, in_y, rows, planes);
      }
      if (channel < first) {
        continue;
      }
      const int16_t* tap = weights + 2 * (channel & 1) + channel / 2;
      for (int32_t ky = 0; ky < 3; ++ky, tap += 12) {
        column.firsts[ky] = Halfwords(2 * tap[0], 2 * tap[4]);
        column.lasts[ky] = Halfwords(2 * tap[4], 2 * tap[8]);
      }
      column.channel = channels[channel];
      column.channel.bias *= 2;
      column.next = plane;
      column.output = output + channel;
      for (int32_t left = p.out_w; left > 0; left -= 2) {
        column.words = column.next;
        column.words_end = column.words + rows - 2;
        column.next += rows;
        column.beside = left == 1 ? 0 : p.out_c;
        TwoColumns(&column);
        column.output += 2 * p.out_c;
      }
    }
    output += (rows - 2) * column.below;
  }
}

}  // namespace nn

#endif  // MCUFORGE_ISA_DSP
