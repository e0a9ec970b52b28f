// What the ops with filters share in their form for int16: 16x8, int64 accumulators and biases.

#ifndef TENSORFLOW_LITE_MICRO_KERNELS_CONV_COMMON_S16_H_
#define TENSORFLOW_LITE_MICRO_KERNELS_CONV_COMMON_S16_H_

#include "nn/conv_params.h"
#include "nn/conv_s16.h"
#include "nn/requantize_s16.h"
#include "nn/scale.h"
#include "tensorflow/lite/micro/kernels/s16.h"

namespace tflm {

// As ReadFilterScales, for int64 accumulators.
bool ReadFilterScalesS16(const OpContext& context, const TensorInfo& filter, uint32_t channels,
                         nn::Scale in, nn::Scale out, ModelReader::Quantization* quantization);

// Input `i` is absent, or int64 with one value a channel. False, with a message, if not.
bool CheckBiasS64(const OpContext& context, uint32_t i, uint32_t channels);
// Null where it is absent.
const nn::Bias64* BiasS64(const OpContext& context, uint32_t i);

struct ConvS16Data {
  nn::ConvS16Params params;
  uint32_t filter_scales;  // as in ConvData
};

// As PrepareConv.
ConvS16Data* PrepareConvS16(OpContext& context, uint32_t activation_field, const TensorInfo& filter,
                            uint32_t channels);

// `input`: which of the op's inputs is convolved.
nn::ChannelScales ScalesOf(const OpContext& context, const ConvS16Data& data, uint32_t input = 0);

}  // namespace tflm

#endif  // TENSORFLOW_LITE_MICRO_KERNELS_CONV_COMMON_S16_H_
