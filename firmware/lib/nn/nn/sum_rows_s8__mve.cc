#include "nn/isa.h"

#if MCUFORGE_ISA_MVE

#include "nn/mve.h"
#include "nn/sum_rows_s8.h"

// Sixteen products at a time. The zero point is taken off by the sum of the weights, which is taken
// on the way.

namespace nn {

void SumRowsS8(const int8_t* x, int32_t zero_point, uint32_t n, const int8_t* weights,
               uint32_t rows, const int32_t* start, int32_t* sums) {
  for (uint32_t row = 0; row < rows; ++row, weights += n) {
    int32_t products = 0;
    int32_t total = 0;
    for (uint32_t k = 0; k < n; k += 16) {
      const mve_pred16_t there = vctp8q(n - k);
      const int8x16_t w = vldrbq_z_s8(weights + k, there);
      products = vmladavaq_s8(products, w, vldrbq_z_s8(x + k, there));
      total = vaddvaq_s8(total, w);
    }
    sums[row] = (start ? start[row] : 0) + products - zero_point * total;
  }
}

}  // namespace nn

#endif  // MCUFORGE_ISA_MVE
