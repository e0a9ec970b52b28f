#include <cstring>

#include "nn/gather_nd.h"

namespace nn {

bool GatherNd(const GatherNdParams& p, const void* input, const int32_t* indices, void* output) {
  uint8_t* out = static_cast<uint8_t*>(output);
  for (uint32_t pick = 0; pick < p.picks; ++pick, out += p.slice_bytes) {
    uint32_t slice = 0;
    for (uint32_t axis = 0; axis < p.depth; ++axis) {
      const uint32_t index = static_cast<uint32_t>(*indices++);
      if (index >= p.extent[axis]) {
        return false;
      }
      slice = slice * p.extent[axis] + index;
    }
    std::memcpy(out, static_cast<const uint8_t*>(input) + slice * p.slice_bytes, p.slice_bytes);
  }
  return true;
}

}  // namespace nn
