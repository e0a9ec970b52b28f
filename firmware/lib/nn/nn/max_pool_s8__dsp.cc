#include "nn/isa.h"

#if MCUFORGE_ISA_DSP

#include <cstring>

#include "nn/dsp.h"
#include "nn/pool_s8.h"

// Four channels at a time: per tap 1 LDR, 1 SSUB8 (sets a flag a byte), 1 SEL (picks the larger
// bytes).

namespace nn {
namespace {

inline uint32_t MaxOfBytes(uint32_t a, uint32_t b) {
  // The two stand together: the flags that SSUB8 sets and SEL reads are no operands that the
  // compiler knows.
  uint32_t larger;
  asm("ssub8 %0, %1, %2\n\tsel %0, %1, %2" : "=&r"(larger) : "r"(a), "r"(b) : "cc");
  return larger;
}

inline uint32_t FourTimes(int8_t value) { return 0x01010101u * static_cast<uint8_t>(value); }

}  // namespace

void MaxPoolS8(const ConvParams& p, const int8_t* input, int8_t* output) {
  const int32_t channels = p.in_c;
  const int32_t row_step = p.in_w * channels;
  const uint32_t low = FourTimes(p.out_min);
  const uint32_t high = FourTimes(p.out_max);
  const bool clamped = p.out_max != INT8_MAX;
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
        const int32_t width = kx_range.end - kx_range.first;
        int32_t channel = 0;
        for (; channel + 4 <= channels; channel += 4) {
          uint32_t best = low;
          const int8_t* row = corner + channel;
          for (int32_t ky = ky_range.first; ky < ky_range.end; ++ky, row += row_step) {
            const int8_t* x = row;
            for (int32_t kx = 0; kx < width; ++kx, x += channels) {
              best = MaxOfBytes(best, LoadWord(x));
            }
          }
          if (clamped) {
            best = ~MaxOfBytes(~best, ~high);  // ~x is -1 - x in every byte: the smaller of the two
          }
          std::memcpy(output + channel, &best, sizeof(best));
        }
        for (; channel < channels; ++channel) {
          int32_t best = p.out_min;
          const int8_t* row = corner + channel;
          for (int32_t ky = ky_range.first; ky < ky_range.end; ++ky, row += row_step) {
            const int8_t* x = row;
            for (int32_t kx = 0; kx < width; ++kx, x += channels) {
              best = *x > best ? *x : best;
            }
          }
          output[channel] = static_cast<int8_t>(best > p.out_max ? p.out_max : best);
        }
      }
    }
  }
}

}  // namespace nn

#endif  // MCUFORGE_ISA_DSP
