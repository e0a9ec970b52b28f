// BATCH_MATMUL, int16 with zero point 0.

#ifndef MCUFORGE_NN_BATCH_MATMUL_S16_H_
#define MCUFORGE_NN_BATCH_MATMUL_S16_H_

#include "nn/batch_matmul_s8.h"
#include "nn/requantize_s16.h"

namespace nn {

struct BatchMatMulS16Params {
  MatMulShape shape;
  Requant requant;  // left scale * right scale / output scale, of shift 7 or less
};

// A sum of products, each at most 2^30, is below 2^47, beyond which upstream does not go.
constexpr uint32_t kMostMatMulDepthS16 = (UINT32_C(1) << 17) - 1;

// As BatchMatMulS8.
void BatchMatMulS16(const BatchMatMulS16Params& params, const Broadcast& batches,
                    const int16_t* left, const int16_t* right, int16_t* output);

}  // namespace nn

#endif  // MCUFORGE_NN_BATCH_MATMUL_S16_H_
