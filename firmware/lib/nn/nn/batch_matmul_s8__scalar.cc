#include "nn/batch_matmul_s8.h"

namespace nn {
namespace {

int32_t Product(const BatchMatMulParams& p, const int8_t* left, const int8_t* right) {
  int32_t sum = 0;
  for (uint32_t d = 0; d < p.depth; ++d) {
    sum += (*left - p.left_zero_point) * (*right - p.right_zero_point);
    left += p.left_depth_step;
    right += p.right_depth_step;
  }
  return sum;
}

}  // namespace

void BatchMatMulS8(const BatchMatMulParams& p, const Broadcast& batches, const int8_t* left,
                   const int8_t* right, int8_t* output) {
  ForEachRun(batches, [&](uint32_t offset0, uint32_t offset1, uint32_t, uint32_t count,
                          uint32_t step0, uint32_t step1) {
    for (uint32_t i = 0; i < count; ++i) {
      const int8_t* const a = left + (offset0 + i * step0) * p.rows * p.depth;
      const int8_t* const b = right + (offset1 + i * step1) * p.depth * p.columns;
      for (uint32_t r = 0; r < p.rows; ++r) {
        for (uint32_t c = 0; c < p.columns; ++c) {
          const int32_t sum = Product(p, a + r * p.left_row_step, b + c * p.right_column_step);
          *output++ = RequantizeTo8(sum, p.requant, p.out_zero_point, INT8_MIN, INT8_MAX);
        }
      }
    }
  });
}

}  // namespace nn
