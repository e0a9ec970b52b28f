// The walk over the windows of a pool that the int8 kernels share.

#ifndef MCUFORGE_NN_POOL_WINDOWS_S8_H_
#define MCUFORGE_NN_POOL_WINDOWS_S8_H_

#include "nn/pool_s8.h"

namespace nn {

// compute(corner, rows, taps, output) for each output pixel: the first tap of its window within the
// input, how many rows and columns of taps lie there, and where its channels go.
template <class Compute>
[[gnu::always_inline]] inline void ForEachPoolWindow(const ConvParams& p, const int8_t* input,
                                                     int8_t* output, Compute compute) {
  const int32_t row_step = p.in_w * p.in_c;
  for (int32_t batch = 0; batch < p.batches; ++batch, input += p.in_h * row_step) {
    for (int32_t out_y = 0; out_y < p.out_h; ++out_y) {
      const int32_t in_y0 = out_y * p.stride_h - p.pad_top;
      const TapRange ky_range = ClipTaps(in_y0, p.kernel_h, 1, p.in_h);
      for (int32_t out_x = 0; out_x < p.out_w; ++out_x, output += p.in_c) {
        const int32_t in_x0 = out_x * p.stride_w - p.pad_left;
        const TapRange kx_range = ClipTaps(in_x0, p.kernel_w, 1, p.in_w);
        compute(input + (in_y0 + ky_range.first) * row_step + (in_x0 + kx_range.first) * p.in_c,
                ky_range.end - ky_range.first, kx_range.end - kx_range.first, output);
      }
    }
  }
}

}  // namespace nn

#endif  // MCUFORGE_NN_POOL_WINDOWS_S8_H_
