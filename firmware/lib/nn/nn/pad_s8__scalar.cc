#include <cstring>

#include "nn/pad_walk.h"

namespace nn {

void PadS8(const PadParams& p, const int8_t* value, const int8_t* input, int8_t* output) {
  memset(output, *value, PaddedElements(p));
  const uint32_t run = p.in_extent[kMaxRank - 1];
  ForEachPaddedRow(p, [&](uint32_t offset) {
    memcpy(output + offset, input, run);
    input += run;
  });
}

}  // namespace nn
