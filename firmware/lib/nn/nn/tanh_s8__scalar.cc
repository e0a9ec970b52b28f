#include "nn/fixed_point.h"
#include "nn/sigmoid_s8.h"

namespace nn {

void TanhS8(const SigmoidParams& params, uint32_t count, const int8_t* input, int8_t* output) {
  MapSigmoid(params, count, input, output, [](int32_t x) {
    if (x == 0) {
      return INT32_C(0);
    }
    // (1 - e) / (1 + e) = 2 / (1 + e) - 1 with e = exp(-2|x|): x in Q4.27 is 2x in Q5.26.
    const int32_t e = ExpOfNegativeQ5(x < 0 ? x : -x);
    const int32_t y = SaturatingShiftLeft(TwoOverOnePlusX(e) - (1 << 29), 2);
    return RoundingShiftRight(x < 0 ? -y : y, 31 - 7);
  });
}

}  // namespace nn
