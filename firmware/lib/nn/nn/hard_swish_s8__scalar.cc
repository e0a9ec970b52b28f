#include "nn/fixed_point.h"
#include "nn/hard_swish_s8.h"

namespace nn {
namespace {

// All values below are 16-bit ones in 32-bit registers.

// a * b / 2^15, rounded to nearest, halves up.
int32_t MulHigh16(int32_t a, int32_t b) { return (a * b + (1 << 14)) >> 15; }

int32_t SaturatingShiftLeft16(int32_t x, int32_t bits) {
  return SaturatingShiftLeft(x * (1 << 16), bits) >> 16;
}

// As RoundingShiftRight, but with a 16-bit mask. From 16 bits on that is no rounding any more (it
// gives 1 or -1); upstream's arithmetic comes out so.
int32_t RoundingShiftRight16(int32_t x, int32_t exponent) {
  const int32_t mask = static_cast<int16_t>((UINT32_C(1) << exponent) - 1);
  const int32_t threshold = (mask >> 1) + (x < 0 ? 1 : 0);
  return (x >> exponent) + ((x & mask) > threshold ? 1 : 0);
}

}  // namespace

int16_t HalveMultiplier(int32_t multiplier) {
  constexpr int32_t kHalf = 1 << 15;
  return multiplier >= INT32_MAX - kHalf ? INT16_MAX
                                         : static_cast<int16_t>((multiplier + kHalf) >> 16);
}

void HardSwishS8(const HardSwishParams& p, uint32_t count, const int8_t* input, int8_t* output) {
  for (uint32_t i = 0; i < count; ++i) {
    const int32_t x = (input[i] - p.in_zero_point) * 128;
    // x on a scale where 1 stands for 3; left shifts saturate, the last bit after the product.
    int32_t gate = x;
    if (p.gate_shift > 0) {
      gate = SaturatingShiftLeft16(gate, p.gate_shift - 1);
    }
    gate = MulHigh16(gate, p.gate_multiplier);
    if (p.gate_shift > 0) {
      gate = SaturatingShiftLeft16(gate, 1);
    } else {
      gate = RoundingShiftRight16(gate, -p.gate_shift);
    }
    gate = (gate + (1 << 15)) >> 1;  // from [-1, 1) to [0, 1)
    const int32_t product = gate * MulHigh16(x, p.out_multiplier) / (1 << 15);  // towards zero
    const int32_t y = RoundingShiftRight16(product, -p.out_shift) + p.out_zero_point;
    output[i] = static_cast<int8_t>(Clamp(y, INT8_MIN, INT8_MAX));
  }
}

}  // namespace nn
