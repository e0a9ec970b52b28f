// What custom ops keep of padding, fused activations and quantization.

#ifndef TENSORFLOW_LITE_KERNELS_INTERNAL_TYPES_H_
#define TENSORFLOW_LITE_KERNELS_INTERNAL_TYPES_H_

#include <stdint.h>

#include "tensorflow/lite/kernels/internal/runtime_shape.h"

namespace tflite {

enum class FusedActivationFunctionType : uint8_t { kNone, kRelu6, kRelu1, kRelu };

enum class PaddingType : uint8_t { kNone, kSame, kValid };

struct PaddingValues {
  int16_t width;
  int16_t height;
  int16_t width_offset;  // how much more is padded behind than before
  int16_t height_offset;
};

// real = scale * (quantized - zero_point)
struct QuantizationParams {
  int32_t zero_point = 0;
  double scale = 0.0;
};

namespace micro {
using ::tflite::FusedActivationFunctionType;
using ::tflite::PaddingType;
using ::tflite::PaddingValues;
using ::tflite::QuantizationParams;
}  // namespace micro

}  // namespace tflite

#endif  // TENSORFLOW_LITE_KERNELS_INTERNAL_TYPES_H_
