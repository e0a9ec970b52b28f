#include "nn/logical.h"

namespace nn {

void Logical(Logic logic, const Broadcast& shape, const uint8_t* input0, const uint8_t* input1,
             uint8_t* output) {
  ForEachRun(shape, [&](uint32_t offset0, uint32_t offset1, uint32_t out, uint32_t count,
                        uint32_t step0, uint32_t step1) {
    const uint8_t* a = input0 + offset0;
    const uint8_t* b = input1 + offset1;
    for (uint32_t i = 0; i < count; ++i, a += step0, b += step1) {
      const int32_t place = 2 * (*a != 0) + (*b != 0);
      output[out + i] = static_cast<uint8_t>(logic) >> place & 1;
    }
  });
}

}  // namespace nn
