#include "nn/isa.h"

#if MCUFORGE_ISA_MVE

#include "nn/fully_connected_s8.h"
#include "nn/mve.h"

// Four output channels at a time. The weights are used once, so the sums that the zero point needs
// are taken on the way.

namespace nn {

void FullyConnectedS8(const FullyConnectedParams& p, Requant requant,
                      const ChannelScales* channel_scales, const int8_t* input,
                      const int8_t* filter, const int32_t* bias, int8_t* output) {
  constexpr int32_t kChannelsAtOnce = 8;
  QuadRequant requants[kChannelsAtOnce / 4];
  const int32_t channels = static_cast<int32_t>(p.out_features);
  QuadRows rows;
  rows.row = static_cast<int32_t>(p.in_features);
  rows.requants = requants;
  rows.out_zero_point = p.out_zero_point;
  rows.low = p.out_min;
  rows.high = p.out_max;
  rows.fold = FoldZeroPoint(p.in_zero_point);
  int32_t block = kChannelsAtOnce;
  if (channel_scales) {
    rows.requant_step = sizeof(QuadRequant);
  } else {
    rows.requant_step = 0;
    vst1q_s32(requants[0].multiplier, vdupq_n_s32(requant.multiplier));
    vst1q_s32(requants[0].shift, vdupq_n_s32(requant.shift));
    block = channels;
  }
  for (int32_t first = 0; first < channels; first += block) {
    rows.channels = channels - first < block ? channels - first : block;
    if (channel_scales) {
      MakeRequants(*channel_scales, first, rows.channels, requants);
    }
    rows.weights = filter + first * rows.row;
    rows.bias = bias ? bias + first : nullptr;
    rows.window = input;
    rows.output = output + first;
    for (uint32_t batch = 0; batch < p.batches; ++batch) {
      ComputeQuads(rows);
      rows.window += rows.row;
      rows.output += channels;
    }
  }
}

}  // namespace nn

#endif  // MCUFORGE_ISA_MVE
