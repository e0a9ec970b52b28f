#include "nn/isa.h"

#if MCUFORGE_ISA_MVE

#include "nn/dot_s16.h"
#include "nn/mve.h"

// Eight products at a time, by VMLALDAVA into 64 bits.

namespace nn {

int64_t DotS16(const int16_t* x, const int8_t* weights, uint32_t n) {
  int64_t sum = 0;
  for (uint32_t k = 0; k < n; k += 8) {
    const mve_pred16_t there = vctp16q(n - k);
    sum = vmlaldavaq_s16(sum, vldrhq_z_s16(x + k, there), vldrbq_z_s16(weights + k, there));
  }
  return sum;
}

}  // namespace nn

#endif  // MCUFORGE_ISA_MVE
