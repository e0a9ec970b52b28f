#include <cstring>

#include "nn/mirror_pad.h"

namespace nn {
namespace {

// Where element `at` of a padded axis stands in the input.
uint32_t Mirrored(const MirrorPadParams& p, int32_t axis, uint32_t at) {
  const uint32_t before = p.before[axis];
  const uint32_t extent = p.in_extent[axis];
  if (at < before) {
    return before - 1 - at + p.skipped;
  }
  at -= before;
  return at < extent ? at : 2 * extent - 1 - at - p.skipped;
}

}  // namespace

void MirrorPad(const MirrorPadParams& p, const void* input, void* output) {
  const uint8_t* const in = static_cast<const uint8_t*>(input);
  uint8_t* out = static_cast<uint8_t*>(output);
  constexpr int32_t kLast = kMaxRank - 1;
  uint32_t index[kMaxRank] = {};
  int32_t axis = 0;
  while (axis >= 0) {
    uint32_t row = 0;  // of the input, in elements of the last axis
    for (int32_t i = 0; i < kLast; ++i) {
      row = row * p.in_extent[i] + Mirrored(p, i, index[i]);
    }
    const uint8_t* const from = in + row * p.in_extent[kLast] * p.element_bytes;
    for (uint32_t i = 0; i < p.out_extent[kLast]; ++i, out += p.element_bytes) {
      std::memcpy(out, from + Mirrored(p, kLast, i) * p.element_bytes, p.element_bytes);
    }
    for (axis = kLast - 1; axis >= 0 && ++index[axis] == p.out_extent[axis]; --axis) {
      index[axis] = 0;
    }
  }
}

}  // namespace nn
