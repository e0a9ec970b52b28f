#include <cstring>

#include "nn/space_batch.h"

namespace nn {

void SpaceToBatch(const SpaceBatch& p, const void* input, void* output) {
  const uint8_t* const in = static_cast<const uint8_t*>(input);
  uint8_t* out = static_cast<uint8_t*>(output);
  for (uint32_t block = 0; block < p.block_h * p.block_w; ++block) {
    for (uint32_t b = 0; b < p.batches; ++b) {
      for (uint32_t i = 0; i < p.batch_h; ++i) {
        const uint32_t y = i * p.block_h + block / p.block_w;
        for (uint32_t j = 0; j < p.batch_w; ++j, out += p.run) {
          const uint32_t x = j * p.block_w + block % p.block_w;
          std::memcpy(out, in + ((b * p.space_h + y) * p.space_w + x) * p.run, p.run);
        }
      }
    }
  }
}

void BatchToSpace(const SpaceBatch& p, const void* input, void* output) {
  const uint8_t* const in = static_cast<const uint8_t*>(input);
  uint8_t* out = static_cast<uint8_t*>(output);
  for (uint32_t b = 0; b < p.batches; ++b) {
    for (uint32_t i = 0; i < p.space_h; ++i) {
      const uint32_t y = i + p.before_h;
      for (uint32_t j = 0; j < p.space_w; ++j, out += p.run) {
        const uint32_t x = j + p.before_w;
        const uint32_t block = (y % p.block_h) * p.block_w + x % p.block_w;
        const uint32_t row = (block * p.batches + b) * p.batch_h + y / p.block_h;
        std::memcpy(out, in + (row * p.batch_w + x / p.block_w) * p.run, p.run);
      }
    }
  }
}

}  // namespace nn
