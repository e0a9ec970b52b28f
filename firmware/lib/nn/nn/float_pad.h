// PAD and PADV2, float32.

#ifndef MCUFORGE_NN_FLOAT_PAD_H_
#define MCUFORGE_NN_FLOAT_PAD_H_

#include "nn/pad_s8.h"

namespace nn {

// As PadS8, of bits of float32; without `value`, zeros.
void FloatPad(const PadParams& params, const uint32_t* value, const uint32_t* input,
              uint32_t* output);

}  // namespace nn

#endif  // MCUFORGE_NN_FLOAT_PAD_H_
