// FULLY_CONNECTED, 16x8, per-tensor or per-channel weights.

#ifndef MCUFORGE_NN_FULLY_CONNECTED_S16_H_
#define MCUFORGE_NN_FULLY_CONNECTED_S16_H_

#include "nn/requantize_s16.h"
#include "nn/scale.h"

namespace nn {

struct FullyConnectedS16Params {
  uint32_t batches;
  uint32_t in_features;
  uint32_t out_features;
  int16_t out_min, out_max;
};

//   input   [batches, in_features]
//   filter  [out_features, in_features]
//   bias    [out_features] or null
//   output  [batches, out_features], not overlapping input
// `requant` is used for every channel unless `channel_scales` is given.
void FullyConnectedS16(const FullyConnectedS16Params& params, Requant requant,
                       const ChannelScales* channel_scales, const int16_t* input,
                       const int8_t* filter, const Bias64* bias, int16_t* output);

}  // namespace nn

#endif  // MCUFORGE_NN_FULLY_CONNECTED_S16_H_
