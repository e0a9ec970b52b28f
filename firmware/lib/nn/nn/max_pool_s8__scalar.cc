#include "nn/isa.h"

#if !MCUFORGE_ISA_DSP && !MCUFORGE_ISA_MVE

#include <cstring>

#include "nn/pool_s8.h"
#include "nn/requantize.h"

// Four channels at a time where they come in fours, as the bytes of a word.

namespace nn {
namespace {

constexpr uint32_t kSigns = 0x80808080;

// The larger of each two bytes, read as unsigned.
inline uint32_t MaxOfBytes(uint32_t a, uint32_t b) {
  // The sign bit of each byte of `low` says whether the lower seven bits of a are at least b's.
  const uint32_t low = (a | kSigns) - (b & ~kSigns);
  const uint32_t differ = a ^ b;
  const uint32_t not_less = ((differ & a) | (~differ & low)) & kSigns;
  const uint32_t mask = (not_less << 1) - (not_less >> 7);  // 255 where a is not less
  return b ^ (differ & mask);
}

}  // namespace

void MaxPoolS8(const ConvParams& p, const int8_t* input, int8_t* output) {
  const int32_t channels = p.in_c;
  const int32_t row_step = p.in_w * channels;
  const bool by_words =
      (channels & 3) == 0 &&
      ((reinterpret_cast<uintptr_t>(input) | reinterpret_cast<uintptr_t>(output)) & 3) == 0;
  const bool clamped = p.out_min != INT8_MIN || p.out_max != INT8_MAX;
  for (int32_t batch = 0; batch < p.batches; ++batch) {
    const int8_t* const image = input + batch * p.in_h * row_step;
    for (int32_t out_y = 0; out_y < p.out_h; ++out_y) {
      const int32_t in_y0 = out_y * p.stride_h - p.pad_top;
      const TapRange ky_range = ClipTaps(in_y0, p.kernel_h, 1, p.in_h);
      int32_t in_x0 = -p.pad_left;
      for (int32_t out_x = 0; out_x < p.out_w; ++out_x, in_x0 += p.stride_w) {
        const TapRange kx_range = ClipTaps(in_x0, p.kernel_w, 1, p.in_w);
        const int32_t run = (kx_range.end - kx_range.first) * channels;  // of bytes in a row
        const int8_t* const corner =
            image + (in_y0 + ky_range.first) * row_step + (in_x0 + kx_range.first) * channels;
        if (by_words) {
          for (int32_t channel = 0; channel < channels; channel += 4) {
            uint32_t best = 0;  // bytes with their sign inverted
            const int8_t* row = corner + channel;
            for (int32_t ky = ky_range.first; ky < ky_range.end; ++ky, row += row_step) {
              for (const int8_t* x = row; x != row + run; x += channels) {
                best = MaxOfBytes(best, *reinterpret_cast<const uint32_t*>(x) ^ kSigns);
              }
            }
            *reinterpret_cast<uint32_t*>(output + channel) = best ^ kSigns;
          }
        } else {
          for (int32_t channel = 0; channel < channels; ++channel) {
            int32_t best = INT8_MIN;
            const int8_t* row = corner + channel;
            for (int32_t ky = ky_range.first; ky < ky_range.end; ++ky, row += row_step) {
              for (const int8_t* x = row; x != row + run; x += channels) {
                best = *x > best ? *x : best;
              }
            }
            output[channel] = static_cast<int8_t>(best);
          }
        }
        if (clamped) {
          for (int32_t channel = 0; channel < channels; ++channel) {
            output[channel] = static_cast<int8_t>(Clamp(output[channel], p.out_min, p.out_max));
          }
        }
        output += channels;
      }
    }
  }
}

}  // namespace nn

#endif  // !MCUFORGE_ISA_DSP && !MCUFORGE_ISA_MVE
