#include "nn/isa.h"

#if MCUFORGE_ISA_DSP

#include "nn/dsp.h"
#include "nn/sum_rows_blocks_s8.h"

// Per 4 MACs of a row: 1 load, 2 SXTB16, 2 SMLAD; two rows share each widened input.

namespace nn {
namespace {

struct Dsp {
  static constexpr uint32_t kRows = 2;

  template <uint32_t kCount>
  static void Sum(const int8_t* x, int32_t zero_point, uint32_t n, const int8_t* weights,
                  const int32_t* start, int32_t* sums) {
    int32_t acc[kCount];
    for (uint32_t row = 0; row < kCount; ++row) {
      acc[row] = start[row];
    }
    const uint32_t offset = TwoHalfwords(-zero_point);
    uint32_t k = 0;
    for (; k + 4 <= n; k += 4) {
      const uint32_t inputs = LoadWord(x + k);
      const auto even = static_cast<int16x2_t>(AddEvenBytes(offset, inputs));
      const auto odd = static_cast<int16x2_t>(AddOddBytes(offset, inputs));
      for (uint32_t row = 0; row < kCount; ++row) {
        const uint32_t word = LoadWord(weights + row * n + k);
        acc[row] = __smlad(even, static_cast<int16x2_t>(EvenBytes(word)), acc[row]);
        acc[row] = __smlad(odd, static_cast<int16x2_t>(OddBytes(word)), acc[row]);
      }
    }
    for (; k < n; ++k) {
      for (uint32_t row = 0; row < kCount; ++row) {
        acc[row] += (x[k] - zero_point) * weights[row * n + k];
      }
    }
    for (uint32_t row = 0; row < kCount; ++row) {
      sums[row] = acc[row];
    }
  }
};

}  // namespace

void SumRowsS8(const int8_t* x, int32_t zero_point, uint32_t n, const int8_t* weights,
               uint32_t rows, const int32_t* start, int32_t* sums) {
  SumRowsByBlocks<Dsp>(x, zero_point, n, weights, rows, start, sums);
}

}  // namespace nn

#endif  // MCUFORGE_ISA_DSP
