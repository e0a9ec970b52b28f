// Small rather than fast: it runs once a channel, not once a product.
#pragma GCC optimize("Os")

#include "nn/fast_channel.h"

#include "nn/isa.h"

#if !MCUFORGE_ISA_MVE

namespace nn {
namespace {

constexpr uint32_t kLimit = UINT32_C(1) << 30;  // of an accumulator's magnitude
constexpr uint32_t kMaxProducts = 16384;        // of at most 255 * 128 each: 2^29

uint32_t Reach(uint32_t products) { return 255 * 128 * products; }

// Or one less, of a negative one.
uint32_t Magnitude(int32_t bias) { return static_cast<uint32_t>(bias ^ (bias >> 31)); }

}  // namespace

bool AreSmallBiases(const int32_t* bias, uint32_t count) {
  int32_t bits = 0;
  for (uint32_t i = 0; i < count; ++i) {
    bits |= bias[i] ^ (bias[i] >> 31);
  }
  return bits >> 29 == 0;
}

bool IsFast(Requant requant, int32_t bias, uint32_t products) {
  const int32_t right = -requant.shift;
  return right >= 1 && right <= 23 && products < kMaxProducts &&
         Magnitude(bias) < kLimit - Reach(products);
}

bool MakeFastChannel(Requant requant, int32_t bias, uint32_t products, int32_t out_zero_point,
                     FastChannel* channel) {
  if (IsFast(requant, bias, products)) {
    *channel = FastChannelOf(requant, bias, out_zero_point);
    return true;
  }
  const bool is_large = products < kMaxProducts && Magnitude(bias) >= kLimit + Reach(products);
  if (!is_large || requant.shift >= 0 || requant.shift < -21) {
    return false;
  }
  constexpr int32_t kAnyRight = 8;
  *channel = FastChannel{bias ^ INT32_MIN, INT32_MAX, INT32_MIN, kAnyRight};
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
