#if MCUFORGE_ISA_DSP

#include "nn/dsp.h"
#include "nn/fully_connected_s8.h"

// Four output channels at a time share each widened input. Per 16 MACs: 1 + 4 loads, 2 SXTAB16 (inputs, the zero point
// taken off on the way), 8 SXTB16 (weights), 8 SMLAD = 23 instructions.

namespace nn {
namespace {

// acc[c] += weights row c x input, over `blocks` >= 1 blocks of 4 products, for 4 rows of `row` bytes.
[[gnu::naked]] void DotFourRows(const int8_t* /*input*/, const int8_t* /*weights*/, uint32_t /*row*/,
                                uint32_t /*blocks*/, int32_t* /*acc*/, uint32_t /*offset*/) {
#define MCUFORGE_ROW(acc)                  \
  "sxtb16 r12, r11\n"                      \
  "smlad " acc ", r12, r9, " acc "\n"      \
  "sxtb16 r11, r11, ror #8\n"              \
  "smlad " acc ", r11, r10, " acc "\n"
#define MCUFORGE_BLOCK                     \
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

void FullyConnectedS8(const FullyConnectedParams& p, Requant requant, const ChannelScales* channel_scales,
                      const int8_t* input, const int8_t* filter, const int32_t* bias, int8_t* output) {
  const uint32_t row = p.in_features;
  const uint32_t channels = p.out_features;
  const uint32_t blocks = row >> 2;
  for (uint32_t batch = 0; batch < p.batches; ++batch) {
    for (uint32_t first = 0; first < channels; first += 4) {
      // The last group of 4 starts early enough to be whole; what it computes again comes out the same.
      const uint32_t channel = first + 4 <= channels || channels < 4 ? first : channels - 4;
      const uint32_t count = channels - channel < 4 ? channels - channel : 4;
      const int8_t* const weights = filter + channel * row;
      int32_t acc[4] = {0, 0, 0, 0};
      for (uint32_t c = 0; bias && c < count; ++c) {
        acc[c] = bias[channel + c];
      }
      uint32_t done = 0;
      if (count == 4 && blocks != 0) {
        done = blocks * 4;
        DotFourRows(input, weights, row, blocks, acc, TwoHalfwords(-p.in_zero_point));
      }
      for (uint32_t k = done; k < row; ++k) {
        const int32_t x = input[k] - p.in_zero_point;
        for (uint32_t c = 0; c < count; ++c) {
          acc[c] += x * weights[c * row + k];
        }
      }
      for (uint32_t c = 0; c < count; ++c) {
        if (channel_scales) {
          requant = ChannelRequant(*channel_scales, channel + c);
        }
        output[channel + c] =
            static_cast<int8_t>(Clamp(ApplyRequant(acc[c], requant) + p.out_zero_point, p.out_min, p.out_max));
      }
    }
    input += row;
    output += channels;
  }
}

}  // namespace nn

#endif  // MCUFORGE_ISA_DSP
