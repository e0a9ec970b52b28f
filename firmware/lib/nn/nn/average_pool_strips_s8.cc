// What surrounds the kernel runs once a strip.
#pragma GCC optimize("Os")

#include "nn/pool_s8.h"
#include "nn/strips.h"

namespace nn {

void AveragePoolStripsS8(const ConvParams& p, const int8_t* input, int8_t* output, int32_t rows) {
  ForEachStrip(p, input, output, rows, [](const ConvParams& strip, const int8_t* in, int8_t* out) {
    AveragePoolS8(strip, in, out);
  });
}

}  // namespace nn
