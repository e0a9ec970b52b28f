// Between real numbers and quantized ones, for tests of kernels.

#ifndef TENSORFLOW_LITE_MICRO_MICRO_UTILS_H_
#define TENSORFLOW_LITE_MICRO_MICRO_UTILS_H_

#include <stdint.h>

#include <cmath>
#include <cstring>  // for tests that count on it
#include <limits>

#include "tensorflow/lite/c/common.h"
#include "tensorflow/lite/micro/memory_helpers.h"

namespace tflite {

// The nearest step, halves away from zero, within what T holds.
template <typename T>
T FloatToQuantizedType(float value, float scale, int zero_point) {
  const double steps = std::round(static_cast<double>(value / scale)) + zero_point;
  constexpr double kLow = static_cast<double>(std::numeric_limits<T>::min());
  constexpr double kHigh = static_cast<double>(std::numeric_limits<T>::max());
  // Of int64 kHigh is one more than it holds.
  return steps <= kLow    ? std::numeric_limits<T>::min()
         : steps >= kHigh ? std::numeric_limits<T>::max()
                          : static_cast<T>(steps);
}

template <typename T>
T FloatToSymmetricQuantizedType(float value, float scale) {
  const T steps = FloatToQuantizedType<T>(value, scale, 0);
  return steps == std::numeric_limits<T>::min() ? static_cast<T>(steps + 1) : steps;
}

template <typename T>
void Quantize(const float* input, T* output, int num_elements, float scale, int zero_point) {
  for (int i = 0; i < num_elements; ++i) {
    output[i] = FloatToQuantizedType<T>(input[i], scale, zero_point);
  }
}

template <typename T>
void SymmetricQuantize(const float* input, T* output, int num_elements, float scale) {
  for (int i = 0; i < num_elements; ++i) {
    output[i] = FloatToSymmetricQuantizedType<T>(input[i], scale);
  }
}

// With a scale a channel. Channels stand one after the other (quantized_dimension 0) or take turns.
template <typename T>
void SymmetricPerChannelQuantize(const float* input, T* output, int num_elements, int num_channels,
                                 const float* scales, size_t quantized_dimension = 0) {
  const int each = num_elements / num_channels;
  for (int i = 0; i < num_elements; ++i) {
    const int channel = quantized_dimension == 0 ? i / each : i % num_channels;
    output[i] = FloatToSymmetricQuantizedType<T>(input[i], scales[channel]);
  }
}

// Weights with a scale for each slice along `quantized_dimension`, by which its largest becomes
// 127; scaling_factors: room for these.
inline void SignedSymmetricPerChannelQuantize(const float* values, TfLiteIntArray* dims,
                                              int quantized_dimension, int8_t* quantized_values,
                                              float* scaling_factors, TfLiteType = kTfLiteNoType) {
  const int channels = dims->data[quantized_dimension];
  int inner = 1;
  for (int axis = quantized_dimension + 1; axis < dims->size; ++axis) {
    inner *= dims->data[axis];
  }
  const int count = ElementCount(*dims);
  for (int channel = 0; channel < channels; ++channel) {
    float largest = 0;
    for (int i = 0; i < count; ++i) {
      largest =
          i / inner % channels == channel ? std::fmax(largest, std::fabs(values[i])) : largest;
    }
    scaling_factors[channel] = largest > 0 ? largest / 127 : 1;
  }
  for (int i = 0; i < count; ++i) {
    quantized_values[i] =
        FloatToSymmetricQuantizedType<int8_t>(values[i], scaling_factors[i / inner % channels]);
  }
}

template <typename T>
void Dequantize(const T* values, int size, float scale, int zero_point, float* dequantized_values) {
  for (int i = 0; i < size; ++i) {
    dequantized_values[i] = static_cast<float>(values[i] - zero_point) * scale;
  }
}

// By names of before 2021.
template <typename T>
void AsymmetricQuantize(const float* input, T* output, int num_elements, float scale,
                        int zero_point = 0) {
  Quantize(input, output, num_elements, scale, zero_point);
}
template <typename T>
void AsymmetricDequantize(const T* values, int size, float scale, int zero_point,
                          float* dequantized_values) {
  Dequantize(values, size, scale, zero_point, dequantized_values);
}

}  // namespace tflite

#endif  // TENSORFLOW_LITE_MICRO_MICRO_UTILS_H_
