#include <cstring>

#include "nn/select.h"

namespace nn {

void Select(const SelectParams& p, const uint8_t* condition, const void* yes, const void* no,
            void* output) {
  const uint8_t* const from[2] = {static_cast<const uint8_t*>(no),
                                  static_cast<const uint8_t*>(yes)};
  uint8_t* out = static_cast<uint8_t*>(output);
  uint32_t index[kMaxRank] = {};
  uint32_t at[3] = {};
  int32_t axis;
  do {
    const bool holds = condition[at[0]] != 0;
    std::memcpy(out, from[holds] + at[holds ? 1 : 2] * p.element_bytes, p.element_bytes);
    out += p.element_bytes;
    for (axis = kMaxRank - 1; axis >= 0; --axis) {  // the next element, in output order
      const bool goes_on = ++index[axis] < p.extent[axis];
      for (uint32_t k = 0; k < 3; ++k) {
        at[k] += goes_on ? p.step[k][axis] : -p.step[k][axis] * (p.extent[axis] - 1);
      }
      if (goes_on) {
        break;
      }
      index[axis] = 0;
    }
  } while (axis >= 0);
}

}  // namespace nn
