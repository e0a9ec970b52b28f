#include <cstring>

#include "nn/pad_s16.h"
#include "nn/pad_walk.h"

namespace nn {

void PadS16(const PadParams& p, const int16_t* value, const int16_t* input, int16_t* output) {
  const uint32_t total = PaddedElements(p);
  for (uint32_t i = 0; i < total; ++i) {
    output[i] = value ? *value : int16_t{0};
  }
  const uint32_t run = p.in_extent[kMaxRank - 1];
  ForEachPaddedRow(p, [&](uint32_t offset) {
    memcpy(output + offset, input, run * sizeof(int16_t));
    input += run;
  });
}

}  // namespace nn
