#include "nn/isa.h"

#if MCUFORGE_PORTABLE

// Small rather than fast: what others are compared with, and what the host has.
#pragma GCC optimize("Os")

#include "nn/fully_connected_groups_s8.h"

namespace nn {
namespace {

struct Portable {
  static void AddQuad(const int8_t* x, const uint32_t* weights, const uint32_t* offsets,
                      uint32_t groups, PairSums* sums) {
    AnyAddQuad(x, weights, offsets, groups, sums);
  }
};

}  // namespace

void FullyConnectedQuadsS8(const FullyConnectedParams& p, int32_t multiplier,
                           const int32_t* channel_multipliers, const QuadBias* biases,
                           const uint32_t* weights, const Shortages& shortages, const int8_t* input,
                           int8_t* output) {
  FullyConnectedByQuads<Portable>(p, multiplier, channel_multipliers, biases, weights, shortages,
                                  input, output);
}

}  // namespace nn

#endif  // MCUFORGE_PORTABLE
