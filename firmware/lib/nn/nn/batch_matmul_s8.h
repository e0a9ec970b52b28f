// BATCH_MATMUL, int8: products of two stacks of matrices, either of them computed.

#ifndef MCUFORGE_NN_BATCH_MATMUL_S8_H_
#define MCUFORGE_NN_BATCH_MATMUL_S8_H_

#include "nn/broadcast.h"
#include "nn/requantize.h"

namespace nn {

// output[r, c] = sum over d of left[r, d] * right[d, c]. Steps are in elements, so that a matrix
// may lie transposed.
struct MatMulShape {
  uint32_t rows, depth, columns;
  uint32_t left_row_step, left_depth_step;
  uint32_t right_depth_step, right_column_step;
};

struct BatchMatMulParams {
  MatMulShape shape;
  Requant requant;  // left scale * right scale / output scale
  int8_t left_zero_point, right_zero_point, out_zero_point;
};

constexpr uint32_t kMostMatMulDepth = 33025;  // a sum of products, each at most 255^2, is an int32

//   batches   how the stacks broadcast, in matrices
//   output    [batch, rows, columns], overlapping no input
void BatchMatMulS8(const BatchMatMulParams& params, const Broadcast& batches, const int8_t* left,
                   const int8_t* right, int8_t* output);

}  // namespace nn

#endif  // MCUFORGE_NN_BATCH_MATMUL_S8_H_
