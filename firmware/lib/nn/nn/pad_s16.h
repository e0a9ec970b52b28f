// PAD and PADV2, int16.

#ifndef MCUFORGE_NN_PAD_S16_H_
#define MCUFORGE_NN_PAD_S16_H_

#include "nn/pad_s8.h"

namespace nn {

// As PadS8, of int16 elements; without `value`, zeros.
void PadS16(const PadParams& params, const int16_t* value, const int16_t* input, int16_t* output);

}  // namespace nn

#endif  // MCUFORGE_NN_PAD_S16_H_
