#include "nn/isa.h"

#if MCUFORGE_ISA_MVE

// Small rather than fast: it runs once a value, not once a product.
#pragma GCC optimize("Os")

#include <arm_mve.h>

#include "nn/pool_windows_s8.h"

// Four channels at a time, widened to int32 as they are loaded.

namespace nn {

void AveragePoolS8(const ConvParams& p, const int8_t* input, int8_t* output) {
  const int32_t channels = p.in_c;
  const int32_t row_step = p.in_w * channels;
  ForEachPoolWindow(
      p, input, output,
      [&p, channels, row_step](const int8_t* corner, int32_t rows, int32_t taps, int8_t* to) {
        const int32_t count = taps * rows;
        const int32_t half = count / 2;
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
          vstrbq_p_s32(to + channel, vminq_s32(y, vdupq_n_s32(p.out_max)), lanes);
        }
      });
}

}  // namespace nn

#endif  // MCUFORGE_ISA_MVE
