// 1 / sqrt(x) in fixed point, as L2_NORMALIZATION and RSQRT use it, to upstream's last bit.

#ifndef MCUFORGE_NN_INVERSE_SQRT_H_
#define MCUFORGE_NN_INVERSE_SQRT_H_

#include <cstdint>

#include "nn/requantize.h"

namespace nn {

// A factor of shift 0 or less; for an x of 0 that of 1. x is at most INT32_MAX.
Requant InverseSqrt(uint32_t x);

// 1 / (sqrt(in) * out) of two positive float32 by their bits, rounded once, where upstream computes
// in double. A shift out of Requant's range is the caller's to refuse.
Requant InverseRootOfScales(uint32_t in, uint32_t out);

}  // namespace nn

#endif  // MCUFORGE_NN_INVERSE_SQRT_H_
