#include "nn/arithmetic_s32.h"
#include "nn/requantize.h"

namespace nn {

bool DivideS32(const ArithmeticParams& p, const Broadcast& shape, const int32_t* input0,
               const int32_t* input1, int32_t* output) {
  bool fine = true;
  ForEachRun(shape, [&](uint32_t offset0, uint32_t offset1, uint32_t out, uint32_t count,
                        uint32_t step0, uint32_t step1) {
    const int32_t* a = input0 + offset0;
    const int32_t* b = input1 + offset1;
    for (uint32_t i = 0; i < count; ++i, a += step0, b += step1) {
      fine = fine && *b != 0;
      if (fine) {
        // The least int32 by -1 is beyond int32: it wraps.
        const int32_t y = *b == -1 ? static_cast<int32_t>(0 - static_cast<uint32_t>(*a)) : *a / *b;
        output[out + i] = Clamp(y, p.out_min, p.out_max);
      }
    }
  });
  return fine;
}

}  // namespace nn
