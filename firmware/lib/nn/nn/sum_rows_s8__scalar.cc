#include "nn/isa.h"

#if !MCUFORGE_ISA_DSP && !MCUFORGE_ISA_MVE

#include "nn/fully_connected_rows_s8.h"
#include "nn/sum_rows_blocks_s8.h"

namespace nn {
namespace {

struct Portable {
  static constexpr uint32_t kRows = 4;

  template <uint32_t kCount>
  static void Sum(const int8_t* x, int32_t zero_point, uint32_t n, const int8_t* weights,
                  const int32_t* start, int32_t* sums) {
    AnyDotRows<static_cast<int32_t>(kCount)>(x, weights, static_cast<int32_t>(n), zero_point, start,
                                             sums);
  }
};

}  // namespace

void SumRowsS8(const int8_t* x, int32_t zero_point, uint32_t n, const int8_t* weights,
               uint32_t rows, const int32_t* start, int32_t* sums) {
  SumRowsByBlocks<Portable>(x, zero_point, n, weights, rows, start, sums);
}

}  // namespace nn

#endif  // !MCUFORGE_ISA_DSP && !MCUFORGE_ISA_MVE
