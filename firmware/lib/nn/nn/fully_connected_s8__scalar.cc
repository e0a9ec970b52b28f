#include "nn/isa.h"

#if MCUFORGE_PORTABLE

// Small rather than fast: what others are compared with, and what the host has.
#pragma GCC optimize("Os")

#include "nn/fully_connected_rows_s8.h"

namespace nn {
namespace {

struct Portable {
  static constexpr int32_t kRows = 6;
  static void DotRows(const int8_t* x, const int8_t* weights, int32_t n, int32_t zero_point,
                      const int32_t* start, int32_t* acc) {
    AnyDotRows<kRows>(x, weights, n, zero_point, start, acc);
  }
};

}  // namespace

void FullyConnectedS8(const FullyConnectedParams& p, Requant requant,
                      const ChannelScales* channel_scales, const int8_t* input,
                      const int8_t* filter, const int32_t* bias, int8_t* output) {
  FullyConnectedByRows<Portable>(p, requant, channel_scales, input, filter, bias, output);
}

}  // namespace nn

#endif  // MCUFORGE_PORTABLE
