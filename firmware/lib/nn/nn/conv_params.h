// What a 2-D convolution needs beside its buffers. CONV_2D and DEPTHWISE_CONV_2D share it.

#ifndef MCUFORGE_NN_CONV_PARAMS_H_
#define MCUFORGE_NN_CONV_PARAMS_H_

#include <cstdint>

namespace nn {

// Shapes are NHWC; every extent is in [1, 65535], strides and dilations in [1, 255]. Zero points
// and the output range are int8 values.
struct ConvParams {
  uint16_t batches;
  uint16_t in_h, in_w, in_c;
  uint16_t out_h, out_w, out_c;
  uint16_t kernel_h, kernel_w;
  uint16_t filter_c;  // CONV_2D: in_c / groups; DEPTHWISE_CONV_2D: the multiplier, out_c / in_c
  uint8_t stride_h, stride_w;
  uint8_t dilation_h, dilation_w;
  int16_t pad_top, pad_left;
  int8_t in_zero_point, out_zero_point;
  int8_t out_min, out_max;
};

constexpr int32_t DivideUp(int32_t a, int32_t b) { return (a + b - 1) / b; }

// The kernel taps of one axis that meet the input: those in [first, end) of `kernel` taps that
// start at input coordinate `origin` and are `dilation` apart.
struct TapRange {
  int32_t first;
  int32_t end;
};

inline TapRange ClipTaps(int32_t origin, int32_t kernel, int32_t dilation, int32_t extent) {
  TapRange range{0, kernel};
  while (range.first < kernel && origin + range.first * dilation < 0) {
    ++range.first;
  }
  while (range.end > range.first && origin + (range.end - 1) * dilation >= extent) {
    --range.end;
  }
  return range;
}

}  // namespace nn

#endif  // MCUFORGE_NN_CONV_PARAMS_H_
