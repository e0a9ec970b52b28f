#if MCUFORGE_ISA_DSP

#include "nn/dsp.h"
#include "nn/fully_connected_s8.h"

// Four output channels at a time share each widened input. Per 16 MACs: 1 + 4 loads, 2 SXTAB16
// (inputs, the zero point taken off on the way), 8 SXTB16 (weights), 8 SMLAD = 23 instructions.

namespace nn {
namespace {

// acc[c] += weights row c x input, over `blocks` >= 1 blocks of 4 products, for 4 rows of `row`
// bytes.
[[gnu::naked]] void DotFourRows(const int8_t* /*input*/, const int8_t* /*weights*/,
                                uint32_t /*row*/, uint32_t /*blocks*/, int32_t* /*acc*/,
                                uint32_t /*offset*/) {
#define MCUFORGE_ROW(acc)        \
  "sxtb16 r12, r11\n"            \
  "smlad " acc ", r12, r9, " acc \
  "\n"                           \
  "sxtb16 r11, r11, ror #8\n"    \
  "smlad " acc ", r11, r10, " acc "\n"
#define MCUFORGE_BLOCK \
  "ldr r9, [r0], #4\n"                     \
  "ldr r11, [r1, r2, lsl #1]\n"            \
  "sxtab16 r10, r8, r9, ror #8\n"          \
  "sxtab16 r9, r8, r9\n"                   \
  MCUFORGE_ROW("r6")                       \
  "ldr r11, [r1], #4\n"                    \
  MCUFORGE_ROW("r4")                       \
  "ldr r11, [lr, r2, lsl #1]\n"            \
  MCUFORGE_ROW("r7")                       \
  "ldr r11, [lr], #4\n"                    \
  MCUFORGE_ROW("r5")
  asm volatile(
      "push {r4-r11, lr}\n"
      "ldrd r12, r8, [sp, #36]\n"
      "ldm r12, {r4-r7}\n"
      "add lr, r1, r2\n"
      "lsrs r3, r3, #1\n"
      "bcc 1f\n" MCUFORGE_BLOCK
      "cmp r3, #0\n"
      "beq 2f\n"
      "1:\n" MCUFORGE_BLOCK MCUFORGE_BLOCK
      "subs r3, #1\n"
      "bne 1b\n"
      "2:\n"
      "ldr r12, [sp, #36]\n"
      "stm r12, {r4-r7}\n"
      "pop {r4-r11, pc}\n");
#undef MCUFORGE_BLOCK
#undef MCUFORGE_ROW
}

}  // namespace

void FullyConnectedS8(const FullyConnectedParams& p, Requant requant,
                      const ChannelScales* channel_scales, const int8_t* input,
                      const int8_t* filter, const int32_t* bias, int8_t* output) {
  const uint32_t row = p.in_features;
  const uint32_t channels = p.out_features;
  const uint32_t blocks = row >> 2;
  const uint32_t offset = TwoHalfwords(-p.in_zero_point);
  FastChannel shared;
  const bool shared_fast =
      !channel_scales && MakeFastChannel(requant, 0, row, p.out_zero_point, &shared);
  for (uint32_t batch = 0; batch < p.batches; ++batch, input += row, output += channels) {
    for (uint32_t first = 0; first < channels; first += 4) {
      // The last group of 4 starts early enough to be whole; what it computes again comes out the
      // same.
      const uint32_t channel = first + 4 <= channels || channels < 4 ? first : channels - 4;
      const uint32_t count = channels < 4 ? channels : 4;
      const int8_t* const weights = filter + channel * row;
      int32_t acc[4] = {0, 0, 0, 0};
      uint32_t done = 0;
      if (count == 4 && blocks != 0) {
        done = blocks * 4;
        DotFourRows(input, weights, row, blocks, acc, offset);
      }
      for (uint32_t k = done; k < row; ++k) {
        const int32_t x = input[k] - p.in_zero_point;
        for (uint32_t c = 0; c < count; ++c) {
          acc[c] += x * weights[c * row + k];
        }
      }
      for (uint32_t c = 0; c < count; ++c) {
        const int32_t channel_bias = bias ? bias[channel + c] : 0;
        const int32_t sum = acc[c] + channel_bias;
        int32_t y;
        if (shared_fast && IsSmallBias(channel_bias)) {
          y = FastOutput(sum, shared);
        } else {
          if (channel_scales) {
            requant = ChannelRequant(*channel_scales, channel + c);
          }
          y = ApplyRequant(sum, requant) + p.out_zero_point;
        }
        output[channel + c] = static_cast<int8_t>(Clamp(y, p.out_min, p.out_max));
      }
    }
  }
}

}  // namespace nn

#endif  // MCUFORGE_ISA_DSP
