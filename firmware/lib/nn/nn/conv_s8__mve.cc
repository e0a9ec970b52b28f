#if MCUFORGE_ISA_MVE

#include <cstring>

#include "nn/conv_s8.h"
#include "nn/mve.h"

// One output pixel by four output channels at a time. The zero point is taken off through the sum
// of a channel's weights, once an image; a window's bytes are gathered into a column unless they
// lie in one piece already.

namespace nn {
namespace {

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

// The window whose first tap is at (in_y0, in_x0), as one run of bytes.
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

}  // namespace

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
