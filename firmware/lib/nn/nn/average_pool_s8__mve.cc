#include "nn/isa.h"

#if MCUFORGE_ISA_MVE

// Small rather than fast: it runs once a value, not once a product.
#pragma GCC optimize("Os")

#include <arm_mve.h>

#include "nn/pool_s8.h"

// Four channels at a time, widened to int32 as they are loaded.

namespace nn {

void AveragePoolS8(const ConvParams& p, const int8_t* input, int8_t* output) {
  const int32_t channels = p.in_c;
  const int32_t row_step = p.in_w * channels;
  for (int32_t batch = 0; batch < p.batches; ++batch, input += p.in_h * row_step) {
    for (int32_t out_y = 0; out_y < p.out_h; ++out_y) {
      const int32_t in_y0 = out_y * p.stride_h - p.pad_top;
      const TapRange ky_range = ClipTaps(in_y0, p.kernel_h, 1, p.in_h);
      for (int32_t out_x = 0; out_x < p.out_w; ++out_x, output += channels) {
        const int32_t in_x0 = out_x * p.stride_w - p.pad_left;
        const TapRange kx_range = ClipTaps(in_x0, p.kernel_w, 1, p.in_w);
        const int32_t taps = kx_range.end - kx_range.first;
        const int32_t rows = ky_range.end - ky_range.first;
        const int32_t count = taps * rows;
        const int32_t half = count / 2;
        const int8_t* const corner =
            input + (in_y0 + ky_range.first) * row_step + (in_x0 + kx_range.first) * channels;
        for (int32_t channel = 0; channel < channels; channel += 4) {
          const mve_pred16_t lanes = vctp32q(static_cast<uint32_t>(channels - channel));
          int32x4_t sum = vdupq_n_s32(0);
          const int8_t* row = corner + channel;
          for (int32_t y = 0; y < rows; ++y, row += row_step) {
            const int8_t* x = row;
            for (int32_t left = taps; left != 0; --left, x += channels) {
              sum = vaddq_s32(sum, vldrbq_z_s32(x, lanes));
            }
          }
          int32_t means[4];
          vst1q_s32(means, sum);
          for (int32_t& mean : means) {
            mean = (mean > 0 ? mean + half : mean - half) / count;
          }
          const int32x4_t y = vmaxq_s32(vld1q_s32(means), vdupq_n_s32(p.out_min));
          vstrbq_p_s32(output + channel, vminq_s32(y, vdupq_n_s32(p.out_max)), lanes);
        }
      }
    }
  }
}

}  // namespace nn

#endif  // MCUFORGE_ISA_MVE
