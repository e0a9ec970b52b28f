// Tensors for tests of kernels, over arrays of the test. An array of ints or floats that becomes a
// TfLiteIntArray or TfLiteFloatArray has its length first.

#ifndef TENSORFLOW_LITE_MICRO_TEST_HELPERS_H_
#define TENSORFLOW_LITE_MICRO_TEST_HELPERS_H_

#include <stdint.h>

#include <cstring>
#include <limits>

#include "tensorflow/lite/c/common.h"
#include "tensorflow/lite/micro/memory_helpers.h"
#include "tensorflow/lite/micro/micro_interpreter.h"
#include "tensorflow/lite/micro/micro_mutable_op_resolver.h"
#include "tensorflow/lite/micro/micro_utils.h"
#include "tensorflow/lite/micro/test_helper_custom_ops.h"
#include "tensorflow/lite/micro/testing/control_models.h"
#include "tensorflow/lite/portable_type_to_tflitetype.h"

// Of a function whose first argument's contents are not looked at, which the compiler assumes of a
// pointer to const.
#if __has_attribute(access)
#define TFLM_READS_NOTHING __attribute__((access(none, 1)))
#else
#define TFLM_READS_NOTHING
#endif

namespace tflite {
namespace testing {

inline TfLiteIntArray* IntArrayFromInts(const int* ints) {
  return reinterpret_cast<TfLiteIntArray*>(const_cast<int*>(ints));
}

// In place: the length, which is a float there, becomes an int. Once an array.
inline TfLiteFloatArray* FloatArrayFromFloats(const float* floats) {
  static_assert(sizeof(float) == sizeof(int), "the length stands in the place of a float");
  const int size = static_cast<int>(floats[0]);
  void* const start = const_cast<float*>(floats);
  std::memcpy(start, &size, sizeof(size));
  return static_cast<TfLiteFloatArray*>(start);
}

inline int TestStrcmp(const char* a, const char* b) { return std::strcmp(a, b); }

// Of the main graph.
inline size_t GetModelTensorCount(const Model* model) {
  return model->subgraphs()->Get(0)->tensors()->size();
}

// With what the models of testing/control_models.h have of custom ops, and IF.
using TestingOpResolver = MicroMutableOpResolver<10>;
inline TfLiteStatus GetTestingOpResolver(TestingOpResolver& op_resolver) {
  const TfLiteStatus status =
      op_resolver.AddCustom(kPackerName, PackerOp::GetMutableRegistration());
  return status == kTfLiteOk ? op_resolver.AddIf() : status;
}

// Of what T holds all steps, from `min` to `max`.
template <typename T>
float ScaleFromMinMax(float min, float max) {
  return (max - min) / static_cast<float>(static_cast<double>(std::numeric_limits<T>::max()) -
                                          static_cast<double>(std::numeric_limits<T>::min()));
}
template <typename T>
int ZeroPointFromMinMax(float min, float max) {
  const float steps_to_zero = -min / ScaleFromMinMax<T>(min, max);
  const int first = std::numeric_limits<T>::min();
  return first + static_cast<int>(steps_to_zero + 0.5f);
}

// type: kTfLiteNoType for that of T. Nothing is read: an output's array may hold nothing yet.
template <typename T>
TFLM_READS_NOTHING TfLiteTensor CreateTensor(const T* data, TfLiteIntArray* dims,
                                             bool is_variable = false,
                                             TfLiteType type = kTfLiteNoType) {
  TfLiteTensor tensor{};
  tensor.data.data = const_cast<T*>(data);
  tensor.dims = dims;
  tensor.bytes = static_cast<uint32_t>(static_cast<size_t>(ElementCount(*dims)) * sizeof(T));
  tensor.type = type == kTfLiteNoType ? typeToTfLiteType<T>() : type;
  tensor.is_variable = is_variable;
  return tensor;
}

// By names of before 2021.
TFLM_READS_NOTHING inline TfLiteTensor CreateFloatTensor(const float* data, TfLiteIntArray* dims,
                                                         bool is_variable = false) {
  return CreateTensor(data, dims, is_variable);
}
TFLM_READS_NOTHING inline TfLiteTensor CreateBoolTensor(const bool* data, TfLiteIntArray* dims,
                                                        bool is_variable = false) {
  return CreateTensor(data, dims, is_variable);
}
TFLM_READS_NOTHING inline TfLiteTensor CreateInt32Tensor(const int32_t* data, TfLiteIntArray* dims,
                                                         bool is_variable = false) {
  return CreateTensor(data, dims, is_variable);
}

template <typename T>
TFLM_READS_NOTHING TfLiteTensor CreateQuantizedTensor(const T* data, TfLiteIntArray* dims,
                                                      float scale, int zero_point = 0,
                                                      bool is_variable = false,
                                                      TfLiteType type = kTfLiteNoType) {
  TfLiteTensor tensor = CreateTensor(data, dims, is_variable, type);
  tensor.params = {scale, zero_point};
  tensor.quantization.type = kTfLiteAffineQuantization;
  return tensor;
}

// `quantized` is filled from `input`.
template <typename T>
TfLiteTensor CreateQuantizedTensor(const float* input, T* quantized, TfLiteIntArray* dims,
                                   float scale, int zero_point = 0, bool is_variable = false,
                                   TfLiteType type = kTfLiteNoType) {
  Quantize(input, quantized, ElementCount(*dims), scale, zero_point);
  return CreateQuantizedTensor(static_cast<const T*>(quantized), dims, scale, zero_point,
                               is_variable, type);
}

template <typename T>
TfLiteTensor CreateQuantizedBiasTensor(const float* data, T* quantized, TfLiteIntArray* dims,
                                       float input_scale, float weights_scale,
                                       bool is_variable = false) {
  const float scale = input_scale * weights_scale;
  SymmetricQuantize(data, quantized, ElementCount(*dims), scale);
  return CreateQuantizedTensor(static_cast<const T*>(quantized), dims, scale, 0, is_variable);
}

// What follows gives a tensor a scale a channel. scales, zero_points: room for the length and as
// many as there are channels; `affine_quant` is to outlive the tensor.

// With the test's own scales.
template <typename T>
TfLiteTensor CreatePerChannelQuantizedTensor(const T* quantized, TfLiteIntArray* dims,
                                             TfLiteFloatArray* scales, TfLiteIntArray* zero_points,
                                             TfLiteAffineQuantization* affine_quant,
                                             int quantized_dimension, bool is_variable = false,
                                             TfLiteType type = kTfLiteNoType) {
  *affine_quant = {scales, zero_points, quantized_dimension};
  TfLiteTensor tensor = CreateTensor(quantized, dims, is_variable, type);
  tensor.quantization.type = kTfLiteAffineQuantization;
  tensor.quantization.params = affine_quant;
  return tensor;
}

template <typename T>
TfLiteTensor CreatePerChannelTensor(const T* quantized, TfLiteIntArray* dims, float* scales,
                                    int* zero_points, TfLiteAffineQuantization* affine_quant,
                                    int quantized_dimension, bool is_variable,
                                    TfLiteType type = kTfLiteNoType) {
  const int channels = dims->data[quantized_dimension];
  scales[0] = static_cast<float>(channels);
  zero_points[0] = channels;
  for (int channel = 0; channel < channels; ++channel) {
    zero_points[1 + channel] = 0;
  }
  return CreatePerChannelQuantizedTensor(quantized, dims, FloatArrayFromFloats(scales),
                                         IntArrayFromInts(zero_points), affine_quant,
                                         quantized_dimension, is_variable, type);
}

template <typename T>
TfLiteTensor CreatePerChannelQuantizedBiasTensor(
    const float* input, T* quantized, TfLiteIntArray* dims, float input_scale,
    const float* weight_scales, float* scales, int* zero_points,
    TfLiteAffineQuantization* affine_quant, int quantized_dimension, bool is_variable = false) {
  const int channels = dims->data[quantized_dimension];
  for (int channel = 0; channel < channels; ++channel) {
    scales[1 + channel] = input_scale * weight_scales[channel];
  }
  SymmetricPerChannelQuantize(input, quantized, ElementCount(*dims), channels, scales + 1);
  return CreatePerChannelTensor(quantized, dims, scales, zero_points, affine_quant,
                                quantized_dimension, is_variable);
}

inline TfLiteTensor CreateSymmetricPerChannelQuantizedTensor(
    const float* input, int8_t* quantized, TfLiteIntArray* dims, float* scales, int* zero_points,
    TfLiteAffineQuantization* affine_quant, int quantized_dimension, bool is_variable = false,
    TfLiteType tensor_weight_type = kTfLiteNoType) {
  SignedSymmetricPerChannelQuantize(input, dims, quantized_dimension, quantized, scales + 1);
  return CreatePerChannelTensor(quantized, dims, scales, zero_points, affine_quant,
                                quantized_dimension, is_variable, tensor_weight_type);
}

}  // namespace testing
}  // namespace tflite

#endif  // TENSORFLOW_LITE_MICRO_TEST_HELPERS_H_
