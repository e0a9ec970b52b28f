#include "nn/isa.h"

#if MCUFORGE_ISA_DSP

#include <cstring>

#include "nn/dsp.h"
#include "nn/pool_windows_s8.h"

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
  ForEachPoolWindow(
      p, input, output, [&](const int8_t* corner, int32_t rows, int32_t taps, int8_t* to) {
        int32_t channel = 0;
        for (; channel + 4 <= channels; channel += 4) {
          uint32_t best = low;
          const int8_t* row = corner + channel;
          for (int32_t y = rows; y != 0; --y, row += row_step) {
            const int8_t* x = row;
            for (int32_t left = taps; left != 0; --left, x += channels) {
              best = MaxOfBytes(best, LoadWord(x));
            }
          }
          if (clamped) {
            best = ~MaxOfBytes(~best, ~high);  // ~x is -1 - x in every byte: the smaller of the two
          }
          std::memcpy(to + channel, &best, sizeof(best));
        }
        for (; channel < channels; ++channel) {
          int32_t best = p.out_min;
          const int8_t* row = corner + channel;
          for (int32_t y = rows; y != 0; --y, row += row_step) {
            const int8_t* x = row;
            for (int32_t left = taps; left != 0; --left, x += channels) {
              best = *x > best ? *x : best;
            }
          }
          to[channel] = static_cast<int8_t>(best > p.out_max ? p.out_max : best);
        }
      });
}

}  // namespace nn

#endif  // MCUFORGE_ISA_DSP
