// SumRowsS8 for machines without vectors: some rows at a time, the rest one by one. Each machine
// brings its own inner loop, as a class `Machine` with
//
//   kRows                               rows that it works off together
//   Sum<1>, Sum<kRows>(x, zero_point, n, weights, start, sums)
//                                       SumRowsS8 for that many; start is not null

#ifndef MCUFORGE_NN_SUM_ROWS_BLOCKS_S8_H_
#define MCUFORGE_NN_SUM_ROWS_BLOCKS_S8_H_

#include "nn/sum_rows_s8.h"

namespace nn {

template <class Machine>
void SumRowsByBlocks(const int8_t* x, int32_t zero_point, uint32_t n, const int8_t* weights,
                     uint32_t rows, const int32_t* start, int32_t* sums) {
  constexpr uint32_t kRows = Machine::kRows;
  static const int32_t kZeros[kRows] = {};
  for (uint32_t row = 0; row < rows;) {
    const int32_t* const from = start ? start + row : kZeros;
    if (rows - row >= kRows) {
      Machine::template Sum<kRows>(x, zero_point, n, weights + row * n, from, sums + row);
      row += kRows;
    } else {
      Machine::template Sum<1>(x, zero_point, n, weights + row * n, from, sums + row);
      ++row;
    }
  }
}

}  // namespace nn

#endif  // MCUFORGE_NN_SUM_ROWS_BLOCKS_S8_H_
