#include "nn/isa.h"

#if MCUFORGE_ISA_MVE

// The loop is in assembler; what is left to the compiler runs once a window.
#pragma GCC optimize("Os")

#include <arm_mve.h>

#include "nn/pool_s8.h"

// Sixteen channels at a time.

namespace nn {
namespace {

// The largest of rows x taps vectors, and of `best`. VPR has the lanes.
inline int8x16_t MaxOfWindow(const int8_t* row, int32_t row_step, int32_t rows, int32_t tap_step,
                             int32_t taps, int8x16_t best, mve_pred16_t lanes) {
  const int8_t* x;
  int8x16_t value;
  asm volatile(
      "vmsr p0, %[lanes]\n"
      "1:\n"
      "mov %[x], %[row]\n"
      "dls lr, %[taps]\n"
      "2:\n"
      "vpst\n"
      "vldrbt.8 %q[value], [%[x]]\n"
      "add %[x], %[tap_step]\n"
      "vmax.s8 %q[best], %q[best], %q[value]\n"
      "le lr, 2b\n"
      "add %[row], %[row_step]\n"
      "subs %[rows], #1\n"
      "bne 1b\n"
      : [row] "+r"(row), [rows] "+r"(rows), [best] "+w"(best), [x] "=&r"(x), [value] "=&w"(value)
      : [row_step] "r"(row_step), [tap_step] "r"(tap_step), [taps] "r"(taps), [lanes] "r"(lanes)
      : "lr", "cc", "memory");
  return best;
}

}  // namespace

void MaxPoolS8(const ConvParams& p, const int8_t* input, int8_t* output) {
  const int32_t channels = p.in_c;
  const int32_t row_step = p.in_w * channels;
  const int32_t last_x = p.in_w - p.kernel_w;
  const int8x16_t low = vdupq_n_s8(p.out_min);
  const int8x16_t high = vdupq_n_s8(p.out_max);
  for (int32_t batch = 0; batch < p.batches; ++batch, input += p.in_h * row_step) {
    for (int32_t out_y = 0; out_y < p.out_h; ++out_y) {
      const int32_t in_y = out_y * p.stride_h - p.pad_top;
      const TapRange rows = ClipTaps(in_y, p.kernel_h, 1, p.in_h);
      const int8_t* const line = input + (in_y + rows.first) * row_step;
      int32_t in_x = -p.pad_left;
      for (int32_t left = p.out_w; left != 0; --left, in_x += p.stride_w, output += channels) {
        TapRange columns{0, p.kernel_w};
        if (in_x < 0 || in_x > last_x) {
          columns = ClipTaps(in_x, p.kernel_w, 1, p.in_w);
        }
        const int8_t* const corner = line + (in_x + columns.first) * channels;
        for (int32_t channel = 0; channel < channels; channel += 16) {
          const mve_pred16_t lanes = vctp8q(static_cast<uint32_t>(channels - channel));
          const int8x16_t best = MaxOfWindow(corner + channel, row_step, rows.end - rows.first,
                                             channels, columns.end - columns.first, low, lanes);
          vstrbq_p_s8(output + channel, vminq_s8(best, high), lanes);
        }
      }
    }
  }
}

}  // namespace nn

#endif  // MCUFORGE_ISA_MVE
