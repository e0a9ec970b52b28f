// CUMSUM, ADD_N and L2_NORMALIZATION of float32 by its bits, added in upstream's order.

#ifndef MCUFORGE_NN_FLOAT_SUMS_H_
#define MCUFORGE_NN_FLOAT_SUMS_H_

#include <cstdint>

#include "nn/cumsum_walk.h"

namespace nn {

// output may be the input's buffer.
void FloatCumsum(const CumsumShape& shape, const uint32_t* input, uint32_t* output);

// Adds an input's elements to the sums, which begin with the first one.
void FloatAddToSums(bool first, uint32_t count, const uint32_t* input, uint32_t* sums);

// input, output [rows, depth]: each row divided by its length, 1e-6 at least; output may be the
// input's buffer.
void FloatL2Normalize(uint32_t rows, uint32_t depth, const uint32_t* input, uint32_t* output);

}  // namespace nn

#endif  // MCUFORGE_NN_FLOAT_SUMS_H_
