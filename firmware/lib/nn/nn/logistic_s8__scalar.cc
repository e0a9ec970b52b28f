#include "nn/fixed_point.h"
#include "nn/sigmoid_s8.h"

namespace nn {

void LogisticS8(const SigmoidParams& params, uint32_t count, const int8_t* input, int8_t* output) {
  MapSigmoid(params, count, input, output, [](int32_t x) {
    // 1 / (1 + exp(-|x|)) in Q0.31, mirrored for negative x.
    int32_t y = OneOverOnePlusX(ExpOfNegative(x < 0 ? x : -x, 4));
    if (x < 0) {
      y = INT32_MAX - y;
    } else if (x == 0) {
      y = 1 << 30;
    }
    return RoundingShiftRight(y, 31 - 8) + INT8_MIN;
  });
}

}  // namespace nn
