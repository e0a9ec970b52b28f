#include <cstring>

#include "nn/gather.h"

namespace nn {

bool Gather(const GatherParams& p, const void* input, const int32_t* indices, void* output) {
  const uint8_t* in = static_cast<const uint8_t*>(input);
  uint8_t* out = static_cast<uint8_t*>(output);
  for (uint32_t batch = 0; batch < p.batches; ++batch, indices += p.picks) {
    for (uint32_t row = 0; row < p.rows; ++row, in += p.extent * p.run_bytes) {
      for (uint32_t i = 0; i < p.picks; ++i, out += p.run_bytes) {
        const uint32_t index = static_cast<uint32_t>(indices[i]);
        if (index >= p.extent) {
          return false;
        }
        std::memcpy(out, in + index * p.run_bytes, p.run_bytes);
      }
    }
  }
  return true;
}

}  // namespace nn
