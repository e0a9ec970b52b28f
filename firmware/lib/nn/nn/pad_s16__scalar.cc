#include "nn/pad_s16.h"
#include "nn/pad_walk.h"

namespace nn {

void PadS16(const PadParams& params, const int16_t* value, const int16_t* input, int16_t* output) {
  PadWith(params, value ? *value : int16_t{0}, input, output);
}

}  // namespace nn
