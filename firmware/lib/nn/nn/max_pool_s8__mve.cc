#include "nn/isa.h"

#if MCUFORGE_ISA_MVE

#include <arm_mve.h>

#include "nn/pool_s8.h"

// Sixteen channels at a time.

namespace nn {

void MaxPoolS8(const ConvParams& p, const int8_t* input, int8_t* output) {
  const int32_t channels = p.in_c;
  const int32_t row_step = p.in_w * channels;
  for (int32_t batch = 0; batch < p.batches; ++batch) {
    const int8_t* const image = input + batch * p.in_h * row_step;
    for (int32_t out_y = 0; out_y < p.out_h; ++out_y) {
      const int32_t in_y0 = out_y * p.stride_h - p.pad_top;
      const TapRange ky_range = ClipTaps(in_y0, p.kernel_h, 1, p.in_h);
      for (int32_t out_x = 0; out_x < p.out_w; ++out_x, output += channels) {
        const int32_t in_x0 = out_x * p.stride_w - p.pad_left;
        const TapRange kx_range = ClipTaps(in_x0, p.kernel_w, 1, p.in_w);
        const int8_t* const corner =
            image + (in_y0 + ky_range.first) * row_step + (in_x0 + kx_range.first) * channels;
        for (int32_t channel = 0; channel < channels; channel += 16) {
          const mve_pred16_t lanes = vctp8q(static_cast<uint32_t>(channels - channel));
          int8x16_t best = vdupq_n_s8(p.out_min);
          const int8_t* row = corner + channel;
          for (int32_t ky = ky_range.first; ky < ky_range.end; ++ky, row += row_step) {
            const int8_t* x = row;
            for (int32_t kx = kx_range.first; kx < kx_range.end; ++kx, x += channels) {
              best = vmaxq_s8(best, vldrbq_z_s8(x, lanes));
            }
          }
          vstrbq_p_s8(output + channel, vminq_s8(best, vdupq_n_s8(p.out_max)), lanes);
        }
      }
    }
  }
}

}  // namespace nn

#endif  // MCUFORGE_ISA_MVE
