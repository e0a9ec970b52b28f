// BATCH_MATMUL's walk over its outputs.

#ifndef MCUFORGE_NN_BATCH_MATMUL_WALK_H_
#define MCUFORGE_NN_BATCH_MATMUL_WALK_H_

#include "nn/batch_matmul_s8.h"

namespace nn {

// Calls body(row, column), where the left matrix's row and the right one's column begin, for all
// elements in output order.
template <typename T, typename Body>
inline void ForEachProduct(const MatMulShape& p, const Broadcast& batches, const T* left,
                           const T* right, Body body) {
  ForEachRun(batches, [&](uint32_t offset0, uint32_t offset1, uint32_t, uint32_t count,
                          uint32_t step0, uint32_t step1) {
    for (uint32_t i = 0; i < count; ++i) {
      const T* const a = left + (offset0 + i * step0) * p.rows * p.depth;
      const T* const b = right + (offset1 + i * step1) * p.depth * p.columns;
      for (uint32_t r = 0; r < p.rows; ++r) {
        for (uint32_t c = 0; c < p.columns; ++c) {
          body(a + r * p.left_row_step, b + c * p.right_column_step);
        }
      }
    }
  });
}

}  // namespace nn

#endif  // MCUFORGE_NN_BATCH_MATMUL_WALK_H_
