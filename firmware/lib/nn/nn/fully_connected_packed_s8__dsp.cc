#include "nn/isa.h"

#if MCUFORGE_ISA_DSP

// What surrounds the assembler is worth fewer bytes.
#pragma GCC optimize("Os")

#include <cstddef>

#include "nn/fully_connected_packed_s8.h"

// Four channels at a time share each widened input. Per 16 MACs: 1 LDR (4 inputs), 2 SXTB16, 1 LDM
// (16 weights), 4 SXTB16, 8 SMLAD = 16 instructions.

namespace nn {
namespace {

// What ComputeQuads works on; it knows the offsets. A block is four inputs.
struct Rows {
  const int8_t* input;
  uint32_t blocks;  // at least 1
  const uint32_t* weights;
  const BiasAndShift* biases;
  const int32_t* multipliers;
  uint32_t multiplier_step;  // bytes from one to the next: 4, or 0 for one for all
  int8_t* output;
  const BiasAndShift* end;   // at least 4 channels on, and a multiple of 4
  int32_t twice_zero_point;  // of the output, plus 1: FastAddend is this times 2^right, halved
};

// What the assembler knows by number.
static_assert(offsetof(Rows, input) == 0);
static_assert(offsetof(Rows, blocks) == 4);
static_assert(offsetof(Rows, weights) == 8);
static_assert(offsetof(Rows, biases) == 12);
static_assert(offsetof(Rows, multipliers) == 16);
static_assert(offsetof(Rows, multiplier_step) == 20);
static_assert(offsetof(Rows, output) == 24);
static_assert(offsetof(Rows, end) == 28);
static_assert(offsetof(Rows, twice_zero_point) == 32);
static_assert(sizeof(Rows) == 36);

// Channels up to `end`, by fours, from dot product to output. Returns the weights behind theirs.
[[gnu::naked, gnu::noipa]] const uint32_t* ComputeQuads(const Rows* /*rows*/) {
  // clang-format off
#define MCUFORGE_BLOCK          \
  "ldr r2, [r0], #4\n"          \
  "ldm r1!, {r8-r11}\n"         \
  "sxtb16 r3, r2, ror #8\n"     \
  "sxtb16 r2, r2\n"             \
  "smlad r4, r8, r2, r4\n"      \
  "smlad r6, r9, r2, r6\n"      \
  "smlad r4, r10, r3, r4\n"     \
  "smlad r6, r11, r3, r6\n"     \
  "sxtb16 r8, r8\n"             \
  "sxtb16 r9, r9\n"             \
  "sxtb16 r10, r10\n"           \
  "sxtb16 r11, r11\n"           \
  "smlad r5, r8, r2, r5\n"      \
  "smlad r7, r9, r2, r7\n"      \
  "smlad r5, r10, r3, r5\n"     \
  "smlad r7, r11, r3, r7\n"
// Of a doubled sum; `bias` has the channel's shift in its lowest byte.
#define MCUFORGE_OUTPUT(acc, bias)           \
  "ldr r12, [r3]\n"                          \
  "lsl lr, r2, " bias "\n"                   \
  "add r3, r0\n"                             \
  "smmulr " acc ", " acc ", r12\n"           \
  "add " acc ", " acc ", " acc ", asr #31\n" \
  "add " acc ", " acc ", lr, asr #1\n"       \
  "asr " acc ", " acc ", " bias "\n"         \
  "ssat " acc ", #8, " acc "\n"
#define MCUFORGE_PAIR(s, b, bias_a, bias_b) \
  "sub " s ", " s ", " b "\n"               \
  "asr " s ", " s ", #7\n"                  \
  MCUFORGE_OUTPUT(s, bias_a)                \
  "add " b ", " b ", " b "\n"               \
  MCUFORGE_OUTPUT(b, bias_b)
  asm volatile(
      "push {r4-r11, lr}\n"
      "ldm r0, {r0-r8}\n"
      "push {r0-r8}\n"  // a copy, whose pointers advance
      "mov r1, r2\n"
      "1:\n"
      "ldr r3, [sp, #12]\n"
      "ldm r3, {r8-r11}\n"
      "ldrd r0, r12, [sp]\n"
      "asr r5, r9, #8\n"
      "add r4, r8, r5\n"
      "asr r7, r11, #8\n"
      "add r6, r10, r7\n"
      "lsrs r12, r12, #1\n"
      "bcc 2f\n"
      MCUFORGE_BLOCK
      "cmp r12, #0\n"
      "beq 3f\n"
      "2:\n"
      MCUFORGE_BLOCK
      MCUFORGE_BLOCK
      "subs r12, #1\n"
      "bne 2b\n"
      "3:\n"
      "ldr r12, [sp, #12]\n"
      "ldrd r3, r0, [sp, #16]\n"
      "ldr r2, [sp, #32]\n"
      "ldm r12!, {r8-r11}\n"
      "str r12, [sp, #12]\n"
      MCUFORGE_PAIR("r4", "r5", "r8", "r9")
      MCUFORGE_PAIR("r6", "r7", "r10", "r11")
      "str r3, [sp, #16]\n"
      "bfi r4, r5, #8, #8\n"
      "bfi r4, r6, #16, #8\n"
      "bfi r4, r7, #24, #8\n"
      "ldrd r2, r3, [sp, #24]\n"
      "ldr r12, [sp, #12]\n"
      "str r4, [r2], #4\n"
      "str r2, [sp, #24]\n"
      "cmp r12, r3\n"
      "bne 1b\n"
      "mov r0, r1\n"
      "add sp, #36\n"
      "pop {r4-r11, pc}\n");
#undef MCUFORGE_PAIR
#undef MCUFORGE_OUTPUT
#undef MCUFORGE_BLOCK
  // clang-format on
}

// A pair of channels; biases, multipliers, output: of the first. Returns the weights behind theirs.
[[gnu::noinline]] const uint32_t* ComputePair(const Rows& rows, const uint32_t* weights,
                                              const BiasAndShift* biases,
                                              const int32_t* multipliers, int8_t* output) {
  PackedSums sums = StartSums(biases[0], biases[1]);
  const int8_t* x = rows.input;
  for (uint32_t block = rows.blocks; block != 0; --block, x += 4) {
    const uint32_t inputs = LoadWord(x);
    AddProducts(*weights++, EvenBytes(inputs), &sums);
    AddProducts(*weights++, OddBytes(inputs), &sums);
  }
  const int32_t out_zero_point = rows.twice_zero_point >> 1;
  output[0] = FastOutput(FirstSum(sums), ReadyChannel(multipliers[0], biases[0], out_zero_point));
  multipliers += rows.multiplier_step / sizeof(*multipliers);
  output[1] = FastOutput(sums.second, ReadyChannel(multipliers[0], biases[1], out_zero_point));
  return weights;
}

}  // namespace

void FullyConnectedPackedS8(const FullyConnectedParams& p, int32_t multiplier,
                            const int32_t* channel_multipliers, const BiasAndShift* biases,
                            const uint32_t* weights, const int8_t* input, int8_t* output) {
  const bool per_channel = channel_multipliers != nullptr;
  const int32_t* const multipliers = per_channel ? channel_multipliers : &multiplier;
  const uint32_t rest = p.out_features & 3;
  Rows rows;
  rows.blocks = (p.in_features + 3) >> 2;
  rows.multiplier_step = per_channel ? sizeof(*multipliers) : 0;
  rows.twice_zero_point = 2 * p.out_zero_point + 1;
  for (uint32_t batch = 0; batch < p.batches; ++batch) {
    rows.input = input + batch * p.in_features;
    rows.weights = weights;
    rows.biases = biases;
    rows.multipliers = multipliers;
    rows.output = output + batch * p.out_features;
    rows.end = biases + p.out_features - rest;
    const uint32_t* next = rows.biases == rows.end ? weights : ComputeQuads(&rows);
    for (uint32_t channel = p.out_features - rest; channel < p.out_features; channel += 2) {
      const uint32_t first = channel + 2 <= p.out_features ? channel : p.out_features - 2;
      next = ComputePair(rows, next, biases + first, multipliers + (per_channel ? first : 0),
                         output + batch * p.out_features + first);
    }
  }
  ClampAll(output, p.batches * p.out_features, p.out_min, p.out_max);
}

}  // namespace nn

#endif  // MCUFORGE_ISA_DSP
