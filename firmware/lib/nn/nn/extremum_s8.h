// MINIMUM and MAXIMUM, int8 or int32, with broadcasting. Both inputs and the output have one
// quantization.

#ifndef MCUFORGE_NN_EXTREMUM_S8_H_
#define MCUFORGE_NN_EXTREMUM_S8_H_

#include "nn/broadcast.h"

namespace nn {

// The bits that turn a maximum into the wanted extremum: ~x falls where x rises.
enum class Extremum : int8_t { kMaximum = 0, kMinimum = -1 };

// output may be the buffer of an input of the same shape.
void ExtremumS8(Extremum which, const Broadcast& shape, const int8_t* input0, const int8_t* input1,
                int8_t* output);
void ExtremumS32(Extremum which, const Broadcast& shape, const int32_t* input0,
                 const int32_t* input1, int32_t* output);

}  // namespace nn

#endif  // MCUFORGE_NN_EXTREMUM_S8_H_
