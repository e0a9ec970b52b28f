// Small rather than fast.
#pragma GCC optimize("Os")

#include "nn/batch_matmul_walk.h"
#include "nn/float_arithmetic.h"
#include "nn/float_batch_matmul.h"

namespace nn {

void FloatBatchMatMul(const MatMulShape& shape, const Broadcast& batches, const uint32_t* left,
                      const uint32_t* right, uint32_t* output) {
  ForEachProduct(shape, batches, left, right, [&](const uint32_t* row, const uint32_t* column) {
    uint32_t sum = 0;
    for (uint32_t d = 0; d < shape.depth; ++d) {
      sum = AddFloats(sum, MultiplyFloats(*row, *column));
      row += shape.left_depth_step;
      column += shape.right_depth_step;
    }
    *output++ = sum;
  });
}

}  // namespace nn
