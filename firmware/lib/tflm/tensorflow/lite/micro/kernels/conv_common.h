// What CONV_2D and DEPTHWISE_CONV_2D share.

#ifndef TENSORFLOW_LITE_MICRO_KERNELS_CONV_COMMON_H_
#define TENSORFLOW_LITE_MICRO_KERNELS_CONV_COMMON_H_

#include "nn/conv_params.h"
#include "nn/scale.h"
#include "tensorflow/lite/micro/kernels/kernel_util.h"
#include "tensorflow/lite/micro/op.h"

namespace tflm {

struct ConvData {
  nn::ConvParams params;
  uint32_t filter_scales;  // position in the model; the lowest bit (always 0 there) says: one scale
                           // for all
};

// Validates the op but for its channel counts, and fills in everything but params.filter_c. The
// filter's axes 1 and 2 are height and width. activation_field: of the options; the dilations
// follow it, padding and strides are their first fields. Null, with a message, when the op cannot
// run.
ConvData* PrepareConv(OpContext& context, uint32_t activation_field, const TensorInfo& filter,
                      uint32_t channels);

// `input`: which of the op's inputs is convolved.
nn::ChannelScales ScalesOf(const OpContext& context, const ConvData& data, uint32_t input = 0);

// Null when the op has none.
const int32_t* BiasOf(const OpContext& context);

// Input 2 is absent, or int32 with one value a channel. Logs why not. `bias`: room to read it.
bool CheckBias(const OpContext& context, uint32_t channels, TensorInfo* bias);

}  // namespace tflm

#endif  // TENSORFLOW_LITE_MICRO_KERNELS_CONV_COMMON_H_
