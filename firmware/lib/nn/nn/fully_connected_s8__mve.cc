#if MCUFORGE_ISA_MVE

#include "nn/fully_connected_s8.h"
#include "nn/mve.h"

// Four output channels at a time, as in the convolution.

namespace nn {

void FullyConnectedS8(const FullyConnectedParams& p, Requant requant,
                      const ChannelScales* channel_scales, const int8_t* input,
                      const int8_t* filter, const int32_t* bias, int8_t* output) {
  const int32_t features = static_cast<int32_t>(p.in_features);
  const int32_t channels = static_cast<int32_t>(p.out_features);
  constexpr int32_t kQuads = 4;
  Quad quads[kQuads];
  QuadRows rows;
  rows.row = features;
  rows.quads = quads;
  rows.out_zero_point = p.out_zero_point;
  rows.low = p.out_min;
  rows.high = p.out_max;
  for (int32_t first = 0; first < channels; first += rows.channels) {
    rows.channels = channels - first < 4 * kQuads ? channels - first : 4 * kQuads;
    rows.weights = filter + first * features;
    MakeQuads(rows, channel_scales, requant, first, bias, p.in_zero_point, quads);
    rows.window = input;
    rows.output = output + first;
    for (uint32_t batch = 0; batch < p.batches;
         ++batch, rows.window += features, rows.output += channels) {
      ComputeQuads(rows);
    }
  }
}

}  // namespace nn

#endif  // MCUFORGE_ISA_MVE
