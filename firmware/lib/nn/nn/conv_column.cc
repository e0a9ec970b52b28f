#include "nn/conv_column.h"

#include <cstring>

namespace nn {
namespace {

#if MCUFORGE_ISA_MVE
void CopyRun(const int8_t* from, int8_t* to, int32_t count) {
  asm volatile(
      "dlstp.8 lr, %[n]\n"
      "1:\n"
      "vldrb.8 q0, [%[from]], #16\n"
      "vstrb.8 q0, [%[to]], #16\n"
      "letp lr, 1b\n"
      : [from] "+r"(from), [to] "+r"(to)
      : [n] "r"(count)
      : "q0", "lr", "memory");
}
#else
// Word by word where both ends are aligned, which they are when channels come in fours.
void CopyRun(const int8_t* from, int8_t* to, int32_t count) {
  if (((reinterpret_cast<uintptr_t>(from) | reinterpret_cast<uintptr_t>(to) |
        static_cast<uintptr_t>(count)) &
       3) == 0) {
    const auto* from_word = reinterpret_cast<const uint32_t*>(from);
    auto* to_word = reinterpret_cast<uint32_t*>(to);
    for (; count != 0; count -= 4) {
      *to_word++ = *from_word++;
    }
    return;
  }
  for (; count != 0; --count) {
    *to++ = *from++;
  }
}
#endif

}  // namespace

void GatherColumn(const ConvParams& p, const int8_t* group_input, int32_t in_y0, int32_t in_x0,
                  int8_t* column) {
  const int32_t filter_c = p.filter_c;
  const int32_t products = p.kernel_h * p.kernel_w * filter_c;
  const TapRange ky_range = ClipTaps(in_y0, p.kernel_h, p.dilation_h, p.in_h);
  const TapRange kx_range = ClipTaps(in_x0, p.kernel_w, p.dilation_w, p.in_w);
  const int32_t taps = kx_range.end - kx_range.first;
  if (taps < p.kernel_w || ky_range.end - ky_range.first < p.kernel_h) {
    std::memset(column, p.in_zero_point, static_cast<size_t>(products));
  }
  if (taps == 0) {
    return;
  }
  // Without dilation or groups the taps of a row are one run of bytes.
  const bool one_run = p.dilation_w == 1 && filter_c == p.in_c;
  const int32_t runs = one_run ? 1 : taps;
  const int32_t run = one_run ? taps * filter_c : filter_c;
  for (int32_t ky = ky_range.first; ky < ky_range.end; ++ky) {
    const int8_t* from =
        group_input +
        ((in_y0 + ky * p.dilation_h) * p.in_w + in_x0 + kx_range.first * p.dilation_w) * p.in_c;
    int8_t* to = column + (ky * p.kernel_w + kx_range.first) * filter_c;
    for (int32_t i = 0; i < runs; ++i, from += p.dilation_w * p.in_c, to += filter_c) {
      CopyRun(from, to, run);
    }
  }
}

}  // namespace nn
