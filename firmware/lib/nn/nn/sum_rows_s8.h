// The inner products of recurrent ops: rows of weights with one vector.

#ifndef MCUFORGE_NN_SUM_ROWS_S8_H_
#define MCUFORGE_NN_SUM_ROWS_S8_H_

#include <cstdint>

namespace nn {

// sums[r] = start[r] + the sum over k of (x[k] - zero_point) * weights[r][k]
//   x        [n], n at least 1
//   weights  [rows, n]
//   start    [rows], or null for zeros
void SumRowsS8(const int8_t* x, int32_t zero_point, uint32_t n, const int8_t* weights,
               uint32_t rows, const int32_t* start, int32_t* sums);

}  // namespace nn

#endif  // MCUFORGE_NN_SUM_ROWS_S8_H_
