// Building blocks that the kernels of Armv7-M without the DSP extension share.

#ifndef MCUFORGE_NN_V7M_H_
#define MCUFORGE_NN_V7M_H_

#include "nn/isa.h"

#if MCUFORGE_V7M

#include <arm_acle.h>

#include <cstdint>

namespace nn {

inline int8_t SaturateS8(int32_t x) { return static_cast<int8_t>(__ssat(x, 8)); }

// clang-format off
// From accumulator to output, stored at `at` from r0; `addend`, `multiplier`, right in r3. SMLAL
// adds the product to what rounds it (`low`, 2^31) and, in `high`, to the addend less the one that
// negatives lose. Whether an accumulator or its product is negative differs only where both round
// to 0. Changes low and high. 7 instructions.
#define MCUFORGE_V7M_OUTPUT(acc, at, multiplier, addend, low, high) \
  "lsl " acc ", " acc ", #1\n"                                      \
  "mov " low ", #0x80000000\n"                                      \
  "add " high ", " addend ", " acc ", asr #31\n"                    \
  "smlal " low ", " high ", " acc ", " multiplier "\n"              \
  "asr " high ", r3\n"                                              \
  "ssat " high ", #8, " high "\n"                                   \
  "strb " high ", [r0" at "]\n"
// clang-format on

}  // namespace nn

#endif  // MCUFORGE_V7M
#endif  // MCUFORGE_NN_V7M_H_
