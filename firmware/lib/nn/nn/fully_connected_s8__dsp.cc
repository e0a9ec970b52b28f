#if MCUFORGE_ISA_DSP

#include "nn/dsp.h"
#include "nn/fully_connected_s8.h"

// Four output channels at a time share each widened input. Per 16 MACs: 1 + 4 loads, 2 SXTAB16
// (inputs, the zero point taken off on the way), 8 SXTB16 (weights), 8 SMLAD = 23 instructions.

namespace nn {
namespace {

// What ComputeFour works on; it knows the offsets.
struct FourRows {
  const int8_t* weights;  // of the first channel
  uint32_t row;           // bytes of one channel's weights
  uint32_t blocks;        // whole blocks of 4 products, at least 1
  const int8_t* input;
  uint32_t offset;  // minus the zero point, in both halfwords
  int8_t* output;
  FastChannel channels[4];
};

// 4 channels, from dot product (of the whole blocks) to output.
[[gnu::naked]] void ComputeFour(const FourRows* /*rows*/) {
#define MCUFORGE_ROW(acc)        \
  "sxtb16 r12, r11\n"            \
  "smlad " acc ", r12, r9, " acc \
  "\n"                           \
  "sxtb16 r11, r11, ror #8\n"    \
  "smlad " acc ", r11, r10, " acc "\n"
#define MCUFORGE_BLOCK \
  "ldr r9, [r0], #4\n"              \
  "ldr r11, [r1, r2, lsl #1]\n"     \
  "sxtab16 r10, r8, r9, ror #8\n"   \
  "sxtab16 r9, r8, r9\n"            \
  MCUFORGE_ROW("r6")                \
  "ldr r11, [r1], #4\n"             \
  MCUFORGE_ROW("r4")                \
  "ldr r11, [lr, r2, lsl #1]\n"     \
  MCUFORGE_ROW("r7")                \
  "ldr r11, [lr], #4\n"             \
  MCUFORGE_ROW("r5")
// FastOutput of `acc` and the channel's bias.
#define MCUFORGE_OUTPUT(acc)     \
  "ldm r12!, {r0, r1, r3, r8}\n" \
  "add " acc                     \
  ", r0\n"                       \
  "add " acc ", " acc ", " acc   \
  "\n"                           \
  "smmulr " acc ", " acc         \
  ", r1\n"                       \
  "add " acc ", " acc ", " acc   \
  ", asr #31\n"                  \
  "add " acc                     \
  ", r3\n"                       \
  "asr " acc ", " acc            \
  ", r8\n"                       \
  "ssat " acc ", #8, " acc       \
  "\n"                           \
  "strb " acc ", [r2], #1\n"
  asm volatile(
      "push {r0, r4-r11, lr}\n"
      "ldr r8, [r0, #16]\n"
      "ldm r0, {r0-r3}\n"  // as weights, row, blocks, input; moved to where the loop wants them
      "mov r12, r3\n"
      "mov r3, r2\n"
      "mov r2, r1\n"
      "mov r1, r0\n"
      "mov r0, r12\n"
      "mov r4, #0\n"
      "mov r5, #0\n"
      "mov r6, #0\n"
      "mov r7, #0\n"
      "add lr, r1, r2\n"
      "lsrs r3, r3, #1\n"
      "bcc 2f\n" MCUFORGE_BLOCK
      "cmp r3, #0\n"
      "beq 3f\n"
      "2:\n" MCUFORGE_BLOCK MCUFORGE_BLOCK
      "subs r3, #1\n"
      "bne 2b\n"
      "3:\n"
      "ldr r12, [sp]\n"
      "ldr r2, [r12, #20]\n"
      "add r12, #24\n" MCUFORGE_OUTPUT("r4") MCUFORGE_OUTPUT("r5") MCUFORGE_OUTPUT("r6")
          MCUFORGE_OUTPUT("r7") "pop {r0, r4-r11, pc}\n");
#undef MCUFORGE_OUTPUT
#undef MCUFORGE_BLOCK
#undef MCUFORGE_ROW
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
  const uint32_t row = p.in_features;
  const uint32_t channels = p.out_features;
  FourRows four;
  four.row = row;
  four.blocks = row >> 2;
  four.offset = TwoHalfwords(-p.in_zero_point);
  bool shared_fast = false;
  if (!channel_scales) {
    shared_fast = MakeFastChannel(requant, 0, row, p.out_zero_point, &four.channels[0]);
    four.channels[1] = four.channels[2] = four.channels[3] = four.channels[0];
  }
  for (uint32_t first = 0; first < channels; first += 4) {
    // The last four start early enough to be whole; what they compute again comes out the same.
    const uint32_t channel = first + 4 <= channels || channels < 4 ? first : channels - 4;
    const uint32_t count = channels < 4 ? channels : 4;
    bool fast = count == 4 && four.blocks != 0 && (channel_scales || shared_fast);
    Requant requants[4];
    for (uint32_t c = 0; c < count; ++c) {
      const int32_t channel_bias = bias ? bias[channel + c] : 0;
      if (channel_scales) {
        requants[c] = ChannelRequant(*channel_scales, channel + c);
        fast = fast &&
               MakeFastChannel(requants[c], channel_bias, row, p.out_zero_point, &four.channels[c]);
      } else {
        requants[c] = requant;
        four.channels[c].bias = channel_bias;
        fast = fast && IsSmallBias(channel_bias);
      }
    }
    four.weights = filter + channel * row;
    for (uint32_t batch = 0; batch < p.batches; ++batch) {
      const int8_t* const x = input + batch * row;
      int8_t* const out = output + batch * channels + channel;
      if (!fast) {
        for (uint32_t c = 0; c < count; ++c) {
          out[c] =
              ComputeOne(p, requants[c], x, four.weights + c * row, bias ? bias[channel + c] : 0);
        }
        continue;
      }
      for (uint32_t c = 0; (row & 3) && c < 4;
           ++c) {  // the products behind the whole blocks go with the bias
        int32_t acc = bias ? bias[channel + c] : 0;
        for (uint32_t k = row & ~UINT32_C(3); k < row; ++k) {
          acc += (x[k] - p.in_zero_point) * four.weights[c * row + k];
        }
        four.channels[c].bias = acc;
      }
      four.input = x;
      four.output = out;
      ComputeFour(&four);
    }
  }
  ClampAll(output, p.batches * channels, p.out_min, p.out_max);
}

}  // namespace nn

#endif  // MCUFORGE_ISA_DSP
