#include "nn/table_s8.h"

namespace nn {

void FillIdentity(int8_t table[kTableSize]) {
  for (uint32_t i = 0; i < kTableSize; ++i) {
    table[i] = static_cast<int8_t>(i);
  }
}

void LookUpS8(const int8_t table[kTableSize], uint32_t count, const int8_t* input, int8_t* output) {
  const auto look_up = [table](int8_t x) { return table[static_cast<uint8_t>(x)]; };
  for (; count >= 4; count -= 4, input += 4, output += 4) {
    output[0] = look_up(input[0]);
    output[1] = look_up(input[1]);
    output[2] = look_up(input[2]);
    output[3] = look_up(input[3]);
  }
  for (; count > 0; --count) {
    *output++ = look_up(*input++);
  }
}

}  // namespace nn
