#include "nn/batch_matmul_s8.h"
#include "nn/batch_matmul_walk.h"

namespace nn {
namespace {

int32_t Sum(const BatchMatMulParams& p, const int8_t* left, const int8_t* right) {
  int32_t sum = 0;
  for (uint32_t d = 0; d < p.shape.depth; ++d) {
    sum += (*left - p.left_zero_point) * (*right - p.right_zero_point);
    left += p.shape.left_depth_step;
    right += p.shape.right_depth_step;
  }
  return sum;
}

}  // namespace

void BatchMatMulS8(const BatchMatMulParams& p, const Broadcast& batches, const int8_t* left,
                   const int8_t* right, int8_t* output) {
  ForEachProduct(p.shape, batches, left, right, [&](const int8_t* row, const int8_t* column) {
    *output++ = RequantizeTo8(Sum(p, row, column), p.requant, p.out_zero_point, INT8_MIN, INT8_MAX);
  });
}

}  // namespace nn
