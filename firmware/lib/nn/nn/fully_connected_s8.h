// FULLY_CONNECTED, int8, per-tensor or per-channel weights.

#ifndef MCUFORGE_NN_FULLY_CONNECTED_S8_H_
#define MCUFORGE_NN_FULLY_CONNECTED_S8_H_

#include "nn/scale.h"

namespace nn {

struct FullyConnectedParams {
  uint32_t batches;
  uint32_t in_features;
  uint32_t out_features;
  int8_t in_zero_point, out_zero_point;
  int8_t out_min, out_max;
};

//   input   [batches, in_features]
//   filter  [out_features, in_features]
//   bias    [out_features] or null
//   output  [batches, out_features], not overlapping input
// `requant` is used for every channel unless `channel_scales` is given.
void FullyConnectedS8(const FullyConnectedParams& params, Requant requant,
                      const ChannelScales* channel_scales, const int8_t* input,
                      const int8_t* filter, const int32_t* bias, int8_t* output);

}  // namespace nn

#endif  // MCUFORGE_NN_FULLY_CONNECTED_S8_H_
