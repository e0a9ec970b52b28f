// BATCH_MATMUL of float32 by its bits: products are added one by one, as upstream does.

#ifndef MCUFORGE_NN_FLOAT_BATCH_MATMUL_H_
#define MCUFORGE_NN_FLOAT_BATCH_MATMUL_H_

#include "nn/batch_matmul_s8.h"

namespace nn {

// As BatchMatMulS8, of bits of float32.
void FloatBatchMatMul(const MatMulShape& shape, const Broadcast& batches, const uint32_t* left,
                      const uint32_t* right, uint32_t* output);

}  // namespace nn

#endif  // MCUFORGE_NN_FLOAT_BATCH_MATMUL_H_
