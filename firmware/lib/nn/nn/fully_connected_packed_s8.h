// FULLY_CONNECTED, int8, with packed weights: for generated code on machines with DSP instructions.

#ifndef MCUFORGE_NN_FULLY_CONNECTED_PACKED_S8_H_
#define MCUFORGE_NN_FULLY_CONNECTED_PACKED_S8_H_

#include "nn/fully_connected_s8.h"
#include "nn/packed_weights_s8.h"

namespace nn {

// FullyConnectedS8 of at least 2 channels that can all go the short way.
//   multiplier   of all channels, unless there are
//   channel_multipliers [out_features]
//   biases       [out_features]; the input's zero point is in them, times the sum of the weights
//   weights      packed; the inputs k of a channel by fours as 0, 2 and 1, 3; 0 behind the last one
//   input        up to 3 bytes behind it are read, whatever they are; with several batches
//                in_features is a multiple of 4
void FullyConnectedPackedS8(const FullyConnectedParams& params, int32_t multiplier,
                            const int32_t* channel_multipliers, const BiasAndShift* biases,
                            const uint32_t* weights, const int8_t* input, int8_t* output);

}  // namespace nn

#endif  // MCUFORGE_NN_FULLY_CONNECTED_PACKED_S8_H_
