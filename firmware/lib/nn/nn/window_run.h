// Walking the windows of a convolution by runs that meet the same taps.

#ifndef MCUFORGE_NN_WINDOW_RUN_H_
#define MCUFORGE_NN_WINDOW_RUN_H_

#include "nn/conv_params.h"

namespace nn {

// Windows of neighbouring outputs in one row.
struct WindowRun {
  TapRange ky, kx;
  int32_t taps, rows;  // that meet the input
  int32_t origin;      // input pixel of the first window's first such tap
  int32_t pixels;      // at least 1
};

// Calls body(run) for all windows of one image, in output order.
template <typename Body>
inline void ForEachWindowRun(const ConvParams& p, Body body) {
  const int32_t reach = (p.kernel_w - 1) * p.dilation_w;
  WindowRun run;
  for (int32_t out_y = 0; out_y < p.out_h; ++out_y) {
    const int32_t in_y0 = out_y * p.stride_h - p.pad_top;
    run.ky = ClipTaps(in_y0, p.kernel_h, p.dilation_h, p.in_h);
    run.rows = run.ky.end - run.ky.first;
    const int32_t in_row = (in_y0 + run.ky.first * p.dilation_h) * p.in_w;
    int32_t in_x0 = -p.pad_left;
    for (int32_t out_x = 0; out_x < p.out_w; out_x += run.pixels) {
      run.kx = ClipTaps(in_x0, p.kernel_w, p.dilation_w, p.in_w);
      run.taps = run.kx.end - run.kx.first;
      run.origin = in_row + in_x0 + run.kx.first * p.dilation_w;
      run.pixels = 0;
      do {
        ++run.pixels;
        in_x0 += p.stride_w;
      } while (run.taps == p.kernel_w && in_x0 + reach < p.in_w && out_x + run.pixels < p.out_w);
      body(run);
    }
  }
}

}  // namespace nn

#endif  // MCUFORGE_NN_WINDOW_RUN_H_
