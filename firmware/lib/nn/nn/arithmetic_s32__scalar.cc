// Shapes and indices are a few numbers: small rather than fast.
#pragma GCC optimize("Os")

#include "nn/arithmetic_s32.h"
#include "nn/requantize.h"

namespace nn {

void ArithmeticS32(Arithmetic op, const ArithmeticParams& p, const Broadcast& shape,
                   const int32_t* input0, const int32_t* input1, int32_t* output) {
  ForEachRun(shape, [&](uint32_t offset0, uint32_t offset1, uint32_t out, uint32_t count,
                        uint32_t step0, uint32_t step1) {
    const int32_t* a = input0 + offset0;
    const int32_t* b = input1 + offset1;
    for (uint32_t i = 0; i < count; ++i, a += step0, b += step1) {
      const uint32_t x = static_cast<uint32_t>(*a);
      const uint32_t y = static_cast<uint32_t>(*b);
      const uint32_t result =
          op == Arithmetic::kAdd ? x + y : (op == Arithmetic::kSub ? x - y : x * y);
      output[out + i] = Clamp(static_cast<int32_t>(result), p.out_min, p.out_max);
    }
  });
}

}  // namespace nn
