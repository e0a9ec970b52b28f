// MAX_POOL_2D, AVERAGE_POOL_2D and L2_POOL_2D of float32 by their bits, to upstream's last one.

#ifndef MCUFORGE_NN_FLOAT_POOL_H_
#define MCUFORGE_NN_FLOAT_POOL_H_

#include "nn/conv_params.h"

namespace nn {

// kL2: the root of the mean square.
enum class FloatPooling : uint8_t { kMax, kAverage, kL2 };

// low, high: bits of what outputs are clamped to. Of `shape` neither filter_c nor zero points nor
// range are used.
struct FloatPoolParams {
  ConvParams shape;
  uint32_t low, high;
  FloatPooling pooling;
};

// Bits of float32. Shapes as those of MaxPoolS8.
void FloatPool(const FloatPoolParams& params, const uint32_t* input, uint32_t* output);

}  // namespace nn

#endif  // MCUFORGE_NN_FLOAT_POOL_H_
