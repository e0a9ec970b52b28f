// Runs of windows against windows taken one by one, for every small row of a convolution. A run
// holds all neighbours that meet every tap: shorter ones would be right, too, and slow. Exits with
// the number of the first check that fails.

#include "nn/window_run.h"

namespace {

int Check(const nn::ConvParams& p) {
  int failure = 0;
  int32_t next = 0;  // window, counted over rows
  bool last_is_full = false;
  nn::ForEachWindowRun(p, [&](const nn::WindowRun& run) {
    if (run.pixels < 1 || next % p.out_w + run.pixels > p.out_w) failure = 1;
    for (int32_t i = 0; failure == 0 && i < run.pixels; ++i, ++next) {
      const int32_t y = next / p.out_w * p.stride_h - p.pad_top;
      const int32_t x = next % p.out_w * p.stride_w - p.pad_left;
      const nn::TapRange ky = nn::ClipTaps(y, p.kernel_h, p.dilation_h, p.in_h);
      const nn::TapRange kx = nn::ClipTaps(x, p.kernel_w, p.dilation_w, p.in_w);
      const bool is_full = kx.end - kx.first == p.kernel_w;
      if (run.ky.first != ky.first || run.ky.end != ky.end) failure = 2;
      if (run.kx.first != kx.first || run.kx.end != kx.end) failure = 3;
      if (run.rows != ky.end - ky.first || run.taps != kx.end - kx.first) failure = 4;
      const int32_t tap = (y + ky.first * p.dilation_h) * p.in_w + x + kx.first * p.dilation_w;
      if (run.origin + i * p.stride_w != tap) failure = 5;
      if (i == 0 && next % p.out_w != 0 && is_full && last_is_full) failure = 6;  // cut too early
      if (i > 0 && !is_full) failure = 7;
      last_is_full = is_full;
    }
  });
  return failure == 0 && next != p.out_h * p.out_w ? 8 : failure;
}

}  // namespace

int main() {
  nn::ConvParams p{};
  p.in_h = 4, p.kernel_h = 2, p.stride_h = 2, p.dilation_h = 2, p.pad_top = 1, p.out_h = 2;
  const auto u8 = [](int32_t value) { return static_cast<uint8_t>(value); };
  const auto u16 = [](int32_t value) { return static_cast<uint16_t>(value); };
  for (int32_t in_w = 1; in_w <= 9; ++in_w) {
    for (int32_t kernel = 1; kernel <= 4; ++kernel) {
      for (int32_t dilation = 1; dilation <= 3; ++dilation) {
        for (int32_t stride = 1; stride <= 3; ++stride) {
          for (int32_t pad = 0; pad <= (kernel - 1) * dilation; ++pad) {
            for (int32_t out_w = 1; (out_w - 1) * stride - pad < in_w; ++out_w) {
              p.in_w = u16(in_w), p.kernel_w = u16(kernel), p.out_w = u16(out_w);
              p.dilation_w = u8(dilation), p.stride_w = u8(stride);
              p.pad_left = static_cast<int16_t>(pad);
              if (const int failure = Check(p)) return failure;
            }
          }
        }
      }
    }
  }
  return 0;
}
