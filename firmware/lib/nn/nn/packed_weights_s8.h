// Weights of generated code in the order in which the dsp kernels read them, two channels to a
// halfword. codegen/aot/packing.py makes them.
//
// For two channels a and b and one product k of both, with weights in int8, the halfword is
// 256 * a[k] + b[k], which fits into int16. A 32-bit word has it for two products, so that
//
//   S += SMLAD(word, inputs)          256 times the sum of a, and that of b
//   B += SMLAD(SXTB16(word), inputs)  the sum of b
//
// take one unpacking for four weights where bytes take two. (S - B) / 256 is the sum of a, if that,
// with its bias, is in [-2^23, 2^23), which whoever packs makes sure of: what S loses above bit 31
// does not matter then.
//
// Channels go by fours: of each two products a word of channels 0 and 1, then one of channels 2 and
// 3. What is left behind the last four goes by pairs, of which the last starts early enough to be
// whole: it may have a channel once more.

#ifndef MCUFORGE_NN_PACKED_WEIGHTS_S8_H_
#define MCUFORGE_NN_PACKED_WEIGHTS_S8_H_

#include <cstdint>

#include "nn/isa.h"

#if MCUFORGE_ISA_DSP
#include "nn/dsp.h"
#endif

namespace nn {

// A bias in [-2^23, 2^23) times 256, plus the right shift behind the multiplier, in [1, 20]: a
// shift by a register takes the lowest byte.
using BiasAndShift = int32_t;

#if MCUFORGE_ISA_DSP
// Sums of a pair of channels: 256 times the first one's and the second one's, and this alone.
struct PackedSums {
  int32_t both;
  int32_t second;
};

// Before the first product. The first channel's shift is lost with the lowest bits of S - B.
inline PackedSums StartSums(BiasAndShift first, BiasAndShift second) {
  const auto both = static_cast<uint32_t>(first) + static_cast<uint32_t>(second >> 8);
  return {static_cast<int32_t>(both), second >> 8};
}

// word: of the pair; inputs: two int16.
inline void AddProducts(uint32_t word, uint32_t inputs, PackedSums* sums) {
  const auto x = static_cast<int16x2_t>(inputs);
  sums->both = __smlad(static_cast<int16x2_t>(word), x, sums->both);
  sums->second = __smlad(__sxtb16(static_cast<int8x4_t>(word)), x, sums->second);
}

inline int32_t FirstSum(const PackedSums& sums) {
  const auto first = static_cast<uint32_t>(sums.both) - static_cast<uint32_t>(sums.second);
  return static_cast<int32_t>(first) >> 8;
}

inline FastChannel ReadyChannel(int32_t multiplier, BiasAndShift bias, int32_t out_zero_point) {
  const int32_t right = bias & 0xff;
  return {bias >> 8, multiplier, FastAddend(right, out_zero_point), right};
}
#endif

}  // namespace nn

#endif  // MCUFORGE_NN_PACKED_WEIGHTS_S8_H_
