// Small rather than fast: it runs once a channel, not once a product.
#pragma GCC optimize("Os")

#include "nn/fast_channel.h"

#include "nn/isa.h"

#if !MCUFORGE_ISA_MVE

namespace nn {

bool AreSmallBiases(const int32_t* bias, uint32_t count) {
  int32_t bits = 0;
  for (uint32_t i = 0; i < count; ++i) {
    bits |= bias[i] ^ (bias[i] >> 31);
  }
  return IsSmallBias(bits);
}

bool IsFast(Requant requant, int32_t bias, uint32_t products) {
  constexpr uint32_t kMaxProducts = 16384;  // of at most 255 * 128 each: another 2^29
  const int32_t right = -requant.shift;
  return right >= 1 && right <= 20 && products < kMaxProducts && IsSmallBias(bias);
}

bool MakeFastChannel(Requant requant, int32_t bias, uint32_t products, int32_t out_zero_point,
                     FastChannel* channel) {
  if (!IsFast(requant, bias, products)) {
    return false;
  }
  const int32_t right = -requant.shift;
  *channel = FastChannel{bias, requant.multiplier, FastAddend(right, out_zero_point), right};
  return true;
}

void ClampAll(int8_t* output, uint32_t count, int32_t low, int32_t high) {
  if (low == INT8_MIN && high == INT8_MAX) {
    return;
  }
  for (uint32_t i = 0; i < count; ++i) {
    output[i] = static_cast<int8_t>(Clamp(output[i], low, high));
  }
}

}  // namespace nn

#endif  // !MCUFORGE_ISA_MVE
