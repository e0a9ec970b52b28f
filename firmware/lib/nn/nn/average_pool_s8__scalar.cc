#include "nn/isa.h"

#if !MCUFORGE_ISA_MVE

// Small rather than fast: it runs once a value, not once a product.
#pragma GCC optimize("Os")

#include "nn/pool_s8.h"
#include "nn/requantize.h"

namespace nn {

void AveragePoolS8(const ConvParams& p, const int8_t* input, int8_t* output) {
  const int32_t channels = p.in_c;
  for (int32_t batch = 0; batch < p.batches; ++batch) {
    const int8_t* const image = input + batch * p.in_h * p.in_w * channels;
    for (int32_t out_y = 0; out_y < p.out_h; ++out_y) {
      const int32_t in_y0 = out_y * p.stride_h - p.pad_top;
      const TapRange ky_range = ClipTaps(in_y0, p.kernel_h, 1, p.in_h);
      for (int32_t out_x = 0; out_x < p.out_w; ++out_x) {
        const int32_t in_x0 = out_x * p.stride_w - p.pad_left;
        const TapRange kx_range = ClipTaps(in_x0, p.kernel_w, 1, p.in_w);
        const int32_t taps = kx_range.end - kx_range.first;
        const int32_t count = taps * (ky_range.end - ky_range.first);
        const int8_t* const corner =
            image + ((in_y0 + ky_range.first) * p.in_w + in_x0 + kx_range.first) * channels;
        for (int32_t channel = 0; channel < channels; ++channel) {
          int32_t sum = 0;
          const int8_t* row = corner + channel;
          for (int32_t ky = ky_range.first; ky < ky_range.end; ++ky, row += p.in_w * channels) {
            const int8_t* x = row;
            for (int32_t kx = 0; kx < taps; ++kx, x += channels) {
              sum += *x;
            }
          }
          const int32_t half = count / 2;
          const int32_t mean = (sum > 0 ? sum + half : sum - half) / count;
          *output++ = static_cast<int8_t>(Clamp(mean, p.out_min, p.out_max));
        }
      }
    }
  }
}

}  // namespace nn

#endif  // !MCUFORGE_ISA_MVE
