// Small rather than fast.
#pragma GCC optimize("Os")

#include "nn/float_pad.h"
#include "nn/pad_walk.h"

namespace nn {

void FloatPad(const PadParams& params, const uint32_t* value, const uint32_t* input,
              uint32_t* output) {
  PadWith(params, value ? *value : uint32_t{0}, input, output);
}

}  // namespace nn
