#include "nn/isa.h"

#if !MCUFORGE_ISA_DSP && !MCUFORGE_ISA_MVE

#include "nn/sum_rows_s8.h"

namespace nn {
namespace {

// Several rows at once share what is loaded of x.
template <uint32_t kRows>
void SumSome(const int8_t* x, int32_t zero_point, uint32_t n, const int8_t* weights,
             const int32_t* start, int32_t* sums) {
  int32_t acc[kRows];
  for (uint32_t row = 0; row < kRows; ++row) {
    acc[row] = start ? start[row] : 0;
  }
  for (uint32_t k = 0; k < n; ++k, ++weights) {
    const int32_t input = x[k] - zero_point;
    for (uint32_t row = 0; row < kRows; ++row) {
      acc[row] += input * weights[row * n];
    }
  }
  for (uint32_t row = 0; row < kRows; ++row) {
    sums[row] = acc[row];
  }
}

}  // namespace

void SumRowsS8(const int8_t* x, int32_t zero_point, uint32_t n, const int8_t* weights,
               uint32_t rows, const int32_t* start, int32_t* sums) {
  constexpr uint32_t kRows = 4;
  for (uint32_t row = 0; row < rows;) {
    const int32_t* const from = start ? start + row : nullptr;
    if (rows - row >= kRows) {
      SumSome<kRows>(x, zero_point, n, weights + row * n, from, sums + row);
      row += kRows;
    } else {
      SumSome<1>(x, zero_point, n, weights + row * n, from, sums + row);
      ++row;
    }
  }
}

}  // namespace nn

#endif  // !MCUFORGE_ISA_DSP && !MCUFORGE_ISA_MVE
