// DEPTHWISE_CONV_2D with a window of 3x3 and a stride of 1, dsp: two channels at a time, out of
// planes of int16.

#ifndef MCUFORGE_NN_DEPTHWISE_PLANE_S8_H_
#define MCUFORGE_NN_DEPTHWISE_PLANE_S8_H_

#include "nn/conv_params.h"
#include "nn/fast_channel.h"

namespace nn {

// Pairs of columns that the windows of a row of outputs meet.
constexpr int32_t PlanePairs(const ConvParams& p) { return (p.out_w + 3) / 2; }

// Rows of a plane, at most. A word has two columns of a row, and two rows are read again for the
// next plane: 80 words where these are at least 8 rows, else 8 rows in up to 160 words.
constexpr int32_t PlaneRows(const ConvParams& p) {
  const int32_t rows = 160 / PlanePairs(p);
  return rows <= 8 ? rows : rows <= 16 ? 8 : rows / 2;
}

// Whether planes are the way: not too wide, and filled for at least some outputs.
constexpr bool IsPlaneWindow(const ConvParams& p) {
  return p.kernel_h == 3 && p.kernel_w == 3 && p.dilation_h == 1 && p.dilation_w == 1 &&
         p.stride_h == 1 && p.stride_w == 1 && p.out_h >= 4 && p.out_w >= 4 && p.out_w <= 50;
}

// Words of one channel's plane. That of a strip is not larger.
constexpr int32_t PlaneWords(const ConvParams& p) {
  const int32_t rows = PlaneRows(p);
  return (p.out_h + 2 < rows ? p.out_h + 2 : rows) * PlanePairs(p);
}

// Of two channels' planes.
constexpr uint32_t PlaneBytes(const ConvParams& p) {
  return static_cast<uint32_t>(2 * 4 * PlaneWords(p));
}

// Four channels beside each other, from number `first` on, not clamped.
//   channels       of each
//   weights        [9, 4], of each tap those of channels 0, 2, 1, 3
//   input, output  their first values; from pixel to pixel params.out_c bytes
//   planes         PlaneBytes, 4-byte aligned
void DepthwisePlanesS8(const ConvParams& params, const FastChannel* channels,
                       const int16_t* weights, const int8_t* input, int8_t* output,
                       uint32_t* planes, int32_t first = 0);

}  // namespace nn

#endif  // MCUFORGE_NN_DEPTHWISE_PLANE_S8_H_
