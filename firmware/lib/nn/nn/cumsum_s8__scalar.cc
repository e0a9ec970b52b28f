#include "nn/cumsum_s8.h"

namespace nn {

void CumsumS8(const CumsumParams& p, const int8_t* input, int8_t* output) {
  const auto stepped = [&](int32_t value) {
    return static_cast<uint32_t>(value - p.in_zero_point) << (kSumLeftShift - 1);
  };
  // As upstream's, it starts from what an int8 of 0 stands for, and wraps.
  CumsumAlong(
      p.shape, stepped(0), input, output,
      [&](uint32_t sum, int8_t value) { return sum + stepped(value); },
      [&](uint32_t sum) {
        return RequantizeTo8(static_cast<int32_t>(sum), p.requant, p.out_zero_point, INT8_MIN,
                             INT8_MAX);
      });
}

}  // namespace nn
