// Logarithms in integers.

#ifndef MCUFORGE_FRONTEND_LOG2_H_
#define MCUFORGE_FRONTEND_LOG2_H_

#include <cstdint>

namespace frontend {

constexpr int32_t kLog2FractionBits = 8;

// log2(x) * 2^kLog2FractionBits to nearest, x not 0. Squaring a number doubles its logarithm, which
// gives one more bit: Turner, "A Fast Binary Logarithm Algorithm", 2010. 16 bits of x suffice.
inline int32_t Log2(uint64_t x) {
  int32_t exponent = 0;
  while (x >> 32 != 0) {
    x >>= 16;
    exponent += 16;
  }
  uint32_t y = static_cast<uint32_t>(x);
  const int32_t zeros = __builtin_clz(y);
  y = (y << zeros) >> 16;  // in [2^15, 2^16), as 1 to 2
  int32_t result = exponent + 31 - zeros;
  for (int32_t i = 0; i <= kLog2FractionBits; ++i) {
    y *= y;
    const uint32_t bit = y >> 31;
    y >>= 15 + bit;
    result = 2 * result + static_cast<int32_t>(bit);
  }
  return (result + 1) >> 1;
}

}  // namespace frontend

#endif  // MCUFORGE_FRONTEND_LOG2_H_
