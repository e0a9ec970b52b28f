#include "nn/batch_matmul_s16.h"
#include "nn/batch_matmul_walk.h"

namespace nn {
namespace {

int64_t Sum(const MatMulShape& p, const int16_t* left, const int16_t* right) {
  int64_t sum = 0;
  for (uint32_t d = 0; d < p.depth; ++d) {
    sum += *left * *right;
    left += p.left_depth_step;
    right += p.right_depth_step;
  }
  return sum;
}

}  // namespace

void BatchMatMulS16(const BatchMatMulS16Params& p, const Broadcast& batches, const int16_t* left,
                    const int16_t* right, int16_t* output) {
  ForEachProduct(p.shape, batches, left, right, [&](const int16_t* row, const int16_t* column) {
    *output++ = RequantizeS64To16(Sum(p.shape, row, column), p.requant, INT16_MIN, INT16_MAX);
  });
}

}  // namespace nn
