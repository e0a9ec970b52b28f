// Windowed ops a strip of output rows at a time, so that the output may lie over input rows that no
// later strip reads (Gural and Murmann, "Memory-Optimal Direct Convolutions", ICML 2019, for
// single rows). For generated code, whose plan of the arena says how many rows are safe.
//
// A function with "Strips" in its name does what the one without does, but for
//   params  one batch, and the last row's window meets the input
//   rows    of output that a strip has, at least 1; the last strip may have fewer. Negative: from
//           the bottom strip up
//   output  may overlap input where no strip writes what it or a later one reads

#ifndef MCUFORGE_NN_STRIPS_H_
#define MCUFORGE_NN_STRIPS_H_

#include "nn/conv_params.h"

namespace nn {

// compute(params, input, output) for each strip of one image.
template <class Compute>
[[gnu::always_inline]] inline void ForEachStrip(const ConvParams& p, const int8_t* input,
                                                int8_t* output, int32_t rows, Compute compute) {
  ConvParams strip = p;
  const int32_t height = rows < 0 ? -rows : rows;
  // From the bottom up the first strip is the one that may have fewer rows.
  const int32_t last = (p.out_h - 1) / height * height;
  for (int32_t first = rows < 0 ? last : 0; first >= 0 && first <= last; first += rows) {
    const int32_t left = p.out_h - first;
    const int32_t top = first * p.stride_h - p.pad_top;
    const int32_t in_first = top < 0 ? 0 : top;
    strip.out_h = static_cast<uint16_t>(left < height ? left : height);
    strip.in_h = static_cast<uint16_t>(p.in_h - in_first);
    strip.pad_top = static_cast<int16_t>(in_first - top);
    compute(strip, input + in_first * p.in_w * p.in_c, output + first * p.out_w * p.out_c);
  }
}

// The same, or, not by strips, all of it at once.
template <bool kByStrips, class Compute>
[[gnu::always_inline]] inline void InStrips(const ConvParams& p, const int8_t* input,
                                            int8_t* output, int32_t rows, Compute compute) {
  if (kByStrips) {
    ForEachStrip(p, input, output, rows, compute);
  } else {
    compute(p, input, output);
  }
}

}  // namespace nn

#endif  // MCUFORGE_NN_STRIPS_H_
