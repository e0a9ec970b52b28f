// It runs once a channel.
#pragma GCC optimize("Os")

#include "nn/conv_constant_s8.h"

namespace nn {
namespace {

// Of the product the upper half, rounded down.
int32_t UpperHalf(int32_t a, int32_t b) {
  return static_cast<int32_t>((static_cast<int64_t>(a) * b) >> 32);
}

}  // namespace

bool IsConstantS8(const ConvParams& p, Requant requant, int32_t bias, int32_t weights,
                  int8_t* value) {
  const auto output = [&](int32_t x) {
    return OutputS8(x, p.out_zero_point, p.out_min, p.out_max);
  };
  *value = output(0);
  if (requant.multiplier == 0) {
    return true;
  }
  constexpr int32_t kMaxWeights = 1 << 21;  // times an int9: less than 2^29 together
  const int32_t right = -requant.shift;
  const int32_t zero_point = p.in_zero_point;
  const int32_t reach = (zero_point < 0 ? 127 - zero_point : 128 + zero_point) * weights;
  int32_t end;
  if (right < 2 || weights >= kMaxWeights || __builtin_sub_overflow(bias, reach, &end) ||
      __builtin_add_overflow(bias, reach, &end)) {
    return false;
  }
  // Half of what is shifted to the right in the end. Roundings are less than 3 of these halves off.
  const int32_t middle = UpperHalf(bias, requant.multiplier) + (1 << (right - 2));
  const int32_t around = UpperHalf(reach, requant.multiplier) + 3;
  *value = output((middle - around) >> (right - 1));
  return *value == output((middle + around) >> (right - 1));
}

}  // namespace nn
