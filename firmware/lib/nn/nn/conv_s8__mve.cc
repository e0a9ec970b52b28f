#if MCUFORGE_ISA_MVE

#include "nn/conv_column.h"
#include "nn/conv_s8.h"
#include "nn/mve.h"

// One output pixel by four output channels at a time. The zero point is taken off through the sum
// of a channel's weights, once an image; a window's bytes are gathered into a column unless they
// lie in one piece already.

namespace nn {

void ConvS8(const ConvParams& p, const ChannelScales& scales, const int8_t* input,
            const int8_t* filter, const int32_t* bias, int8_t* output, void* scratch) {
  const int32_t products = p.kernel_h * p.kernel_w * p.filter_c;
  const int32_t group_channels = p.out_c / (p.in_c / p.filter_c);
  Quad* const quads = static_cast<Quad*>(scratch);
  int8_t* const column = reinterpret_cast<int8_t*>(quads + ConvS8MveQuads(p));
  const bool in_place = ConvS8NeedsNoColumn(p);
  QuadRows rows;
  rows.row = products;
  rows.quads = quads;
  rows.out_zero_point = p.out_zero_point;
  rows.low = p.out_min;
  rows.high = p.out_max;

  for (int32_t first = 0; first < p.out_c; first += rows.channels) {
    const int32_t group = first / group_channels;
    const int32_t left = (group + 1) * group_channels - first;
    rows.channels = left < kConvS8Block ? left : kConvS8Block;
    rows.weights = filter + first * products;
    MakeQuads(rows, &scales, Requant{}, first, bias, p.in_zero_point, quads);
    rows.output = output + first;
    for (int32_t batch = 0; batch < p.batches; ++batch) {
      const int8_t* const image = input + batch * p.in_h * p.in_w * p.in_c + group * p.filter_c;
      for (int32_t out_y = 0; out_y < p.out_h; ++out_y) {
        const int32_t in_y0 = out_y * p.stride_h - p.pad_top;
        for (int32_t out_x = 0; out_x < p.out_w; ++out_x, rows.output += p.out_c) {
          const int32_t in_x0 = out_x * p.stride_w - p.pad_left;
          if (in_place) {
            rows.window = image + (in_y0 * p.in_w + in_x0) * p.in_c;
          } else {
            GatherColumn(p, image, in_y0, in_x0, column);
            rows.window = column;
          }
          ComputeQuads(rows);
        }
      }
    }
  }
}

}  // namespace nn

#endif  // MCUFORGE_ISA_MVE
