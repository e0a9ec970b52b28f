#include "nn/isa.h"

#if !MCUFORGE_ISA_MVE

// Small rather than fast: it runs once a value, not once a product.
#pragma GCC optimize("Os")

#include "nn/pool_windows_s8.h"
#include "nn/requantize.h"

namespace nn {

void AveragePoolS8(const ConvParams& p, const int8_t* input, int8_t* output) {
  const int32_t channels = p.in_c;
  const int32_t row_step = p.in_w * channels;
  ForEachPoolWindow(p, input, output,
                    [&](const int8_t* corner, int32_t rows, int32_t taps, int8_t* to) {
                      const int32_t count = taps * rows;
                      const int32_t half = count / 2;
                      for (int32_t channel = 0; channel < channels; ++channel) {
                        int32_t sum = 0;
                        const int8_t* row = corner + channel;
                        for (int32_t y = rows; y != 0; --y, row += row_step) {
                          const int8_t* x = row;
                          for (int32_t left = taps; left != 0; --left, x += channels) {
                            sum += *x;
                          }
                        }
                        const int32_t mean = (sum > 0 ? sum + half : sum - half) / count;
                        *to++ = static_cast<int8_t>(Clamp(mean, p.out_min, p.out_max));
                      }
                    });
}

}  // namespace nn

#endif  // !MCUFORGE_ISA_MVE
