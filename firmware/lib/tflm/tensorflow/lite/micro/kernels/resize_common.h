// What RESIZE_NEAREST_NEIGHBOR and RESIZE_BILINEAR share.

#ifndef TENSORFLOW_LITE_MICRO_KERNELS_RESIZE_COMMON_H_
#define TENSORFLOW_LITE_MICRO_KERNELS_RESIZE_COMMON_H_

#include "nn/resize_s8.h"
#include "tensorflow/lite/micro/op.h"

namespace tflm {

// Validates the op and keeps its nn::ResizeParams as the op's parameters. Null, with a message,
// when it cannot run. The two options are at these fields of the op's options table. most_bytes:
// of an element, 1 (int8) or more (int16 and float32, too, which are two and four times as many
// channels).
nn::ResizeParams* PrepareResize(OpContext& context, uint32_t align_corners_field,
                                uint32_t half_pixel_centers_field, uint32_t most_bytes = 1);

// The same of RESIZE_BILINEAR.
nn::ResizeParams* PrepareResizeBilinear(OpContext& context, uint32_t most_bytes);

}  // namespace tflm

#endif  // TENSORFLOW_LITE_MICRO_KERNELS_RESIZE_COMMON_H_
