#if MCUFORGE_ISA_MVE

#include "nn/fully_connected_s8.h"
#include "nn/mve.h"

// Four output channels at a time; their weights are read once for the products and once for their
// sums, which take the zero point off.

namespace nn {

void FullyConnectedS8(const FullyConnectedParams& p, Requant requant,
                      const ChannelScales* channel_scales, const int8_t* input,
                      const int8_t* filter, const int32_t* bias, int8_t* output) {
  const int32_t row = static_cast<int32_t>(p.in_features);
  const uint32_t channels = p.out_features;
  for (uint32_t first = 0; first < channels; first += 4) {
    // The last four start early enough to be whole; what they compute again comes out the same.
    const uint32_t channel = first + 4 <= channels || channels < 4 ? first : channels - 4;
    const uint32_t count = channels < 4 ? channels : 4;
    const int8_t* const weights = filter + channel * p.in_features;
    // Rows that are not there (fewer than 4 channels) repeat row 0.
    const int32_t row_step = count == 4 ? row : 0;
    int32_t biases[4];
    int32_t multipliers[4];
    int32_t shifts[4];
    for (uint32_t c = 0; c < 4; ++c) {
      if (channel_scales && c < count) {
        requant = ChannelRequant(*channel_scales, channel + c);
      }
      multipliers[c] = requant.multiplier;
      shifts[c] = requant.shift;
      const int32_t sum = SumOfWeights(weights + static_cast<int32_t>(c) * row_step, row);
      biases[c] = (bias && c < count ? bias[channel + c] : 0) - p.in_zero_point * sum;
    }
    for (uint32_t batch = 0; batch < p.batches; ++batch) {
      const int8_t* const x = input + batch * p.in_features;
      int8_t* const out = output + batch * channels + channel;
      if (count == 4) {
        const int32x4_t acc = vaddq_s32(DotFourRows(x, weights, row, row), vldrwq_s32(biases));
        vstrbq_s32(out, ToOutput(acc, vldrwq_s32(multipliers), vldrwq_s32(shifts), p.out_zero_point,
                                 p.out_min, p.out_max));
        continue;
      }
      for (uint32_t c = 0; c < count; ++c) {
        int32_t acc = bias ? bias[channel + c] : 0;
        for (int32_t k = 0; k < row; ++k) {
          acc += (x[k] - p.in_zero_point) * weights[static_cast<int32_t>(c) * row + k];
        }
        const Requant r = channel_scales ? ChannelRequant(*channel_scales, channel + c) : requant;
        out[c] = static_cast<int8_t>(
            Clamp(ApplyRequant(acc, r) + p.out_zero_point, p.out_min, p.out_max));
      }
    }
  }
}

}  // namespace nn

#endif  // MCUFORGE_ISA_MVE
