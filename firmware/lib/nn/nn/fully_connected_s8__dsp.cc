#include "nn/isa.h"

#if MCUFORGE_ISA_DSP

// What surrounds the assembler is worth fewer bytes.
#pragma GCC optimize("Os")

#include <cstddef>

#include "nn/dsp.h"
#include "nn/fully_connected_s8.h"

// Four output channels at a time share each widened input. Per 16 MACs: 1 + 4 loads, 2 SXTAB16
// (inputs, the zero point taken off on the way), 8 SXTB16 (weights), 8 SMLAD = 23 instructions.

namespace nn {
namespace {

// What ComputeQuads works on; it knows the offsets. The pointers and `quads` advance.
struct Rows {
  const int8_t* input;
  const int8_t* weights;  // of the first channel
  uint32_t row;           // bytes of one channel's weights
  uint32_t blocks;        // whole blocks of 4 products, at least 1
  uint32_t offset;        // minus the zero point, in both halfwords
  const int32_t* bias;
  int32_t tail;        // products % 4 - 4, or 0: there is another block, which overlaps the last by
                       // that
  uint32_t tail_even;  // its inputs, widened; 0 for those that are counted already
  uint32_t tail_odd;
  int8_t* output;
  uint32_t quads;               // groups of 4 channels, at least 1
  const FastChannel* channels;  // their own biases are not used
  uint32_t channel_step;        // bytes from one to the next: 16, or 0 for one for all
};

// What the assembler knows by number.
static_assert(offsetof(Rows, input) == 0);
static_assert(offsetof(Rows, weights) == 4);
static_assert(offsetof(Rows, row) == 8);
static_assert(offsetof(Rows, blocks) == 12);
static_assert(offsetof(Rows, offset) == 16);
static_assert(offsetof(Rows, bias) == 20);
static_assert(offsetof(Rows, tail) == 24);
static_assert(offsetof(Rows, tail_even) == 28);
static_assert(offsetof(Rows, tail_odd) == 32);
static_assert(offsetof(Rows, output) == 36);
static_assert(offsetof(Rows, quads) == 40);
static_assert(offsetof(Rows, channels) == 44);
static_assert(offsetof(Rows, channel_step) == 48);
static_assert(offsetof(FastChannel, multiplier) == 4);
static_assert(offsetof(FastChannel, addend) == 8);
static_assert(offsetof(FastChannel, right) == 12);

// `quads` times 4 channels, from dot product to output.
[[gnu::naked, gnu::noipa]] void ComputeQuads(Rows* /*rows*/) {
  // clang-format off
#define MCUFORGE_ROW(acc)              \
  "sxtb16 r12, r11\n"                  \
  "smlad " acc ", r12, r9, " acc "\n"  \
  "sxtb16 r11, r11, ror #8\n"          \
  "smlad " acc ", r11, r10, " acc "\n"
// r9, r10: widened inputs; r11: weights of row 2, loaded before, where a load's result is not used
// at once
#define MCUFORGE_ROWS           \
  MCUFORGE_ROW("r6")            \
  "ldr r11, [r1], #4\n"         \
  MCUFORGE_ROW("r4")            \
  "ldr r11, [lr, r2, lsl #1]\n" \
  MCUFORGE_ROW("r7")            \
  "ldr r11, [lr], #4\n"         \
  MCUFORGE_ROW("r5")
#define MCUFORGE_BLOCK            \
  "ldr r9, [r0], #4\n"            \
  "ldr r11, [r1, r2, lsl #1]\n"   \
  "sxtab16 r10, r8, r9, ror #8\n" \
  "sxtab16 r9, r8, r9\n"          \
  MCUFORGE_ROWS
// FastOutput of `acc`.
#define MCUFORGE_OUTPUT(acc)                 \
  "ldrd r1, r3, [r12, #4]\n"                 \
  "ldr r8, [r12, #12]\n"                     \
  "add r12, r10\n"                           \
  "qadd " acc ", " acc ", " acc "\n"         \
  "smmulr " acc ", " acc ", r1\n"            \
  "add " acc ", " acc ", " acc ", asr #31\n" \
  "add " acc ", r3\n"                        \
  "asr " acc ", " acc ", r8\n"               \
  "ssat " acc ", #8, " acc "\n"              \
  "strb " acc ", [r2], #1\n"
  asm volatile(
      "push {r0, r4-r11, lr}\n"
      "1:\n"
      "ldr r12, [sp]\n"
      "ldm r12, {r0-r3, r8, r9}\n"
      "ldm r9!, {r4-r7}\n"
      "str r9, [r12, #20]\n"
      "add lr, r1, r2\n"
      "lsrs r3, r3, #1\n"
      "bcc 2f\n"
      MCUFORGE_BLOCK
      "cmp r3, #0\n"
      "beq 3f\n"
      "2:\n"
      MCUFORGE_BLOCK
      MCUFORGE_BLOCK
      "subs r3, #1\n"
      "bne 2b\n"
      "3:\n"
      "ldr r12, [sp]\n"
      "ldr r3, [r12, #24]\n"
      "cbz r3, 4f\n"
      "add r1, r3\n"
      "add lr, r3\n"
      "ldrd r9, r10, [r12, #28]\n"
      "ldr r11, [r1, r2, lsl #1]\n"
      MCUFORGE_ROWS
      "4:\n"
      "ldr r11, [sp]\n"
      "add lr, lr, r2, lsl #1\n"  // four whole rows on: two behind the end of row 1
      "str lr, [r11, #4]\n"
      "ldr r2, [r11, #36]\n"
      "ldrd r12, r10, [r11, #44]\n"
      MCUFORGE_OUTPUT("r4")
      MCUFORGE_OUTPUT("r5")
      MCUFORGE_OUTPUT("r6")
      MCUFORGE_OUTPUT("r7")
      "str r2, [r11, #36]\n"
      "str r12, [r11, #44]\n"
      "ldr r4, [r11, #40]\n"
      "subs r4, #1\n"
      "str r4, [r11, #40]\n"
      "bne 1b\n"
      "pop {r0, r4-r11, pc}\n");
#undef MCUFORGE_OUTPUT
#undef MCUFORGE_BLOCK
#undef MCUFORGE_ROWS
#undef MCUFORGE_ROW
  // clang-format on
}

// The inputs behind the last whole block, `rest` of them or none. end: behind the last input.
inline void SetTail(const int8_t* end, uint32_t rest, Rows* rows) {
  rows->tail = 0;
  if (rest != 0) {
    const uint32_t word = LoadWord(end - 4);
    rows->tail = static_cast<int32_t>(rest) - 4;
    rows->tail_even = rest == 1 ? 0 : AddEvenBytes(rows->offset, word) & 0xffff0000;
    rows->tail_odd = AddOddBytes(rows->offset, word) & (rest == 3 ? 0xffffffff : 0xffff0000);
  }
}

// One output, whatever the shape and the multiplier.
int8_t ComputeOne(const FullyConnectedParams& p, Requant requant, const int8_t* input,
                  const int8_t* weights, int32_t bias) {
  int32_t acc = bias;
  for (uint32_t k = 0; k < p.in_features; ++k) {
    acc += (input[k] - p.in_zero_point) * weights[k];
  }
  return static_cast<int8_t>(
      Clamp(ApplyRequant(acc, requant) + p.out_zero_point, p.out_min, p.out_max));
}

}  // namespace

void FullyConnectedS8(const FullyConnectedParams& p, Requant requant,
                      const ChannelScales* channel_scales, const int8_t* input,
                      const int8_t* filter, const int32_t* bias, int8_t* output) {
  static const int32_t kNoBias[4] = {};
  const uint32_t row = p.in_features;
  const uint32_t channels = p.out_features;
  FastChannel fast_channels[4];
  Rows rows;
  rows.row = row;
  rows.blocks = row >> 2;
  rows.offset = TwoHalfwords(-p.in_zero_point);
  rows.channel_step = channel_scales ? sizeof(FastChannel) : 0;
  const bool by_fours = rows.blocks != 0 && channels >= 4;
  const bool all_fast = by_fours && !channel_scales && IsFastSaturated(requant, INT32_MAX, row);
  if (all_fast) {
    fast_channels[0] = FastChannelOf(requant, 0, p.out_zero_point);
  }
  for (uint32_t first = 0, count; first < channels; first += count) {
    // As many groups of four as can go at once; what is left over at the end takes channels from
    // before with it, which come out the same again.
    count = all_fast && bias ? (channels - first) & ~UINT32_C(3) : 4;
    uint32_t channel = first;
    if (count == 0 || channel + count > channels) {
      count = channels < 4 ? channels : 4;
      channel = channels - count;
    }
    bool fast = by_fours;
    Requant requants[4];
    for (uint32_t c = 0; !all_fast && c < count; ++c) {
      requants[c] = channel_scales ? ChannelRequant(*channel_scales, channel + c) : requant;
      fast = fast && IsFastSaturated(requants[c], bias ? bias[channel + c] : 0, row);
      if (fast) {
        fast_channels[c] = FastChannelOf(requants[c], 0, p.out_zero_point);
      }
    }
    for (uint32_t batch = 0; batch < p.batches; ++batch) {
      const int8_t* const x = input + batch * row;
      int8_t* const out = output + batch * channels + channel;
      if (!fast) {
        for (uint32_t c = 0; c < count; ++c) {
          out[c] = ComputeOne(p, requants[c], x, filter + (channel + c) * row,
                              bias ? bias[channel + c] : 0);
        }
        continue;
      }
      SetTail(x + row, row & 3, &rows);
      rows.input = x;
      rows.weights = filter + channel * row;
      rows.bias = bias ? bias + channel : kNoBias;
      rows.output = out;
      rows.quads = count >> 2;
      rows.channels = fast_channels;
      ComputeQuads(&rows);
    }
  }
  ClampAll(output, p.batches * channels, p.out_min, p.out_max);
}

}  // namespace nn

#endif  // MCUFORGE_ISA_DSP
