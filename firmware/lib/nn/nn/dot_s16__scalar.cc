#include "nn/isa.h"

#if !MCUFORGE_ISA_DSP && !MCUFORGE_ISA_MVE

#include "nn/dot_s16.h"

namespace nn {

int64_t DotS16(const int16_t* x, const int8_t* weights, uint32_t n) {
  int64_t sum = 0;
  while (n != 0) {
    const uint32_t run = n < kDotS16Run ? n : kDotS16Run;
    int32_t part = 0;
    for (const int16_t* const end = x + run; x != end; ++x, ++weights) {
      part += *x * *weights;
    }
    sum += part;
    n -= run;
  }
  return sum;
}

}  // namespace nn

#endif  // !MCUFORGE_ISA_DSP && !MCUFORGE_ISA_MVE
