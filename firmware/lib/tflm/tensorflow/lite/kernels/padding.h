// The sizes of a window op's output and of what is padded, for custom ops. A window covers
// (filter_size - 1) * dilation_rate + 1 places.

#ifndef TENSORFLOW_LITE_KERNELS_PADDING_H_
#define TENSORFLOW_LITE_KERNELS_PADDING_H_

#include "tensorflow/lite/c/builtin_op_data.h"
#include "tensorflow/lite/kernels/internal/compatibility.h"

namespace tflite {

// kTfLitePaddingUnknown gives 0.
inline int ComputeOutSize(TfLitePadding padding, int image_size, int filter_size, int stride,
                          int dilation_rate = 1) {
  TFLITE_CHECK_GT(stride, 0);
  const int covered = (filter_size - 1) * dilation_rate + 1;
  const int places = padding == kTfLitePaddingSame    ? image_size
                     : padding == kTfLitePaddingValid ? image_size - covered + 1
                                                      : 0;
  return (places + stride - 1) / stride;
}

// What is padded before; *offset: how much more than that behind, 0 or 1.
inline int ComputePaddingWithOffset(int stride, int dilation_rate, int in_size, int filter_size,
                                    int out_size, int* offset) {
  const int covered = (filter_size - 1) * dilation_rate + 1;
  const int lacking = (out_size - 1) * stride + covered - in_size;
  const int both = lacking > 0 ? lacking : 0;
  *offset = both % 2;
  return both / 2;
}
inline int ComputePadding(int stride, int dilation_rate, int in_size, int filter_size,
                          int out_size) {
  int offset = 0;
  return ComputePaddingWithOffset(stride, dilation_rate, in_size, filter_size, out_size, &offset);
}

inline TfLitePaddingValues ComputePaddingHeightWidth(int stride_height, int stride_width,
                                                     int dilation_rate_height,
                                                     int dilation_rate_width, int in_height,
                                                     int in_width, int filter_height,
                                                     int filter_width, TfLitePadding padding,
                                                     int* out_height, int* out_width) {
  *out_width = ComputeOutSize(padding, in_width, filter_width, stride_width, dilation_rate_width);
  *out_height =
      ComputeOutSize(padding, in_height, filter_height, stride_height, dilation_rate_height);
  TfLitePaddingValues values = {};
  values.width = ComputePaddingWithOffset(stride_width, dilation_rate_width, in_width, filter_width,
                                          *out_width, &values.width_offset);
  values.height = ComputePaddingWithOffset(stride_height, dilation_rate_height, in_height,
                                           filter_height, *out_height, &values.height_offset);
  return values;
}

namespace micro {
using ::tflite::ComputeOutSize;
using ::tflite::ComputePadding;
using ::tflite::ComputePaddingHeightWidth;
using ::tflite::ComputePaddingWithOffset;
}  // namespace micro

}  // namespace tflite

#endif  // TENSORFLOW_LITE_KERNELS_PADDING_H_
