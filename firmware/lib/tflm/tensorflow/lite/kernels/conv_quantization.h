// What a custom op that multiplies weights makes of its tensors' scales, in prepare.

#ifndef TENSORFLOW_LITE_KERNELS_CONV_QUANTIZATION_H_
#define TENSORFLOW_LITE_KERNELS_CONV_QUANTIZATION_H_

#include <stdint.h>

#include <cmath>

#include "tensorflow/lite/kernels/internal/quantization_util.h"
#include "tensorflow/lite/kernels/tensor_queries.h"

namespace tflite {

// input scale * filter scale / output scale, of tensors that have one scale each.
inline TfLiteStatus GetQuantizedConvolutionMultipler(TfLiteContext*, const TfLiteTensor* input,
                                                     const TfLiteTensor* filter,
                                                     TfLiteTensor* output, double* multiplier) {
  const double product =
      static_cast<double>(input->params.scale) * static_cast<double>(filter->params.scale);
  *multiplier = product / static_cast<double>(output->params.scale);
  return kTfLiteOk;
}
// The same, and kTfLiteError where a bias, if there is one, has another scale than the products, by
// more than 0.02 steps of the output.
inline TfLiteStatus GetQuantizedConvolutionMultipler(TfLiteContext* context,
                                                     const TfLiteTensor* input,
                                                     const TfLiteTensor* filter,
                                                     const TfLiteTensor* bias, TfLiteTensor* output,
                                                     double* multiplier) {
  if (bias) {
    const double product =
        static_cast<double>(input->params.scale) * static_cast<double>(filter->params.scale);
    const double off = std::fabs(product - static_cast<double>(bias->params.scale));
    TF_LITE_ENSURE(context, off / static_cast<double>(output->params.scale) <= 0.02);
  }
  return GetQuantizedConvolutionMultipler(context, input, filter, output, multiplier);
}

// The factor of each of `num_channels` output channels, of a filter with a scale each or one for
// all, and the range that the activation leaves of the output. multiplier, shift: the first
// channel's. kTfLiteError, with a message, for a filter or an input without scales.
inline TfLiteStatus PopulateConvolutionQuantizationParams(
    TfLiteContext* context, const TfLiteTensor* input, const TfLiteTensor* filter,
    const TfLiteTensor*, TfLiteTensor* output, const TfLiteFusedActivation& activation,
    int32_t* multiplier, int* shift, int32_t* output_activation_min, int32_t* output_activation_max,
    int32_t* per_channel_multiplier, int32_t* per_channel_shift, int num_channels) {
  TF_LITE_ENSURE_EQ(context, input->quantization.type, kTfLiteAffineQuantization);
  TF_LITE_ENSURE_EQ(context, filter->quantization.type, kTfLiteAffineQuantization);
  const auto* const affine =
      static_cast<const TfLiteAffineQuantization*>(filter->quantization.params);
  TF_LITE_ENSURE(context, affine != nullptr && affine->scale != nullptr);
  const int scales = affine->scale->size;
  TF_LITE_ENSURE(context, scales == 1 || scales == num_channels);
  for (int i = 0; i < num_channels; ++i) {
    const double own = static_cast<double>(affine->scale->data[scales == 1 ? 0 : i]);
    const double factor =
        static_cast<double>(input->params.scale) * own / static_cast<double>(output->params.scale);
    int own_shift = 0;
    QuantizeMultiplier(factor, &per_channel_multiplier[i], &own_shift);
    per_channel_shift[i] = own_shift;
  }
  if (num_channels > 0) {
    *multiplier = per_channel_multiplier[0];
    *shift = per_channel_shift[0];
  }
  return CalculateActivationRangeQuantized(context, activation, output, output_activation_min,
                                           output_activation_max);
}
// Of as many channels as the filter has slices where its scales are one a slice.
inline TfLiteStatus PopulateConvolutionQuantizationParams(
    TfLiteContext* context, const TfLiteTensor* input, const TfLiteTensor* filter,
    const TfLiteTensor* bias, TfLiteTensor* output, const TfLiteFusedActivation& activation,
    int32_t* multiplier, int* shift, int32_t* output_activation_min, int32_t* output_activation_max,
    int32_t* per_channel_multiplier, int32_t* per_channel_shift) {
  const auto* const affine =
      static_cast<const TfLiteAffineQuantization*>(filter->quantization.params);
  TF_LITE_ENSURE(context, affine != nullptr);
  return PopulateConvolutionQuantizationParams(
      context, input, filter, bias, output, activation, multiplier, shift, output_activation_min,
      output_activation_max, per_channel_multiplier, per_channel_shift,
      SizeOfDimension(filter, affine->quantized_dimension));
}

namespace micro {
using ::tflite::GetQuantizedConvolutionMultipler;
using ::tflite::PopulateConvolutionQuantizationParams;
}  // namespace micro

}  // namespace tflite

#endif  // TENSORFLOW_LITE_KERNELS_CONV_QUANTIZATION_H_
