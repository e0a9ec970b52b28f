// ADD, SUB, MUL, SQUARED_DIFFERENCE, MAXIMUM and MINIMUM, int16 with zero point 0, with
// broadcasting.

#ifndef MCUFORGE_NN_BINARY_S16_H_
#define MCUFORGE_NN_BINARY_S16_H_

#include "nn/broadcast.h"
#include "nn/extremum_s8.h"
#include "nn/requantize.h"

namespace nn {

// Both inputs are brought to a common scale of 15 fraction bits, added or subtracted, and brought
// to the output's.
constexpr int32_t kAddS16LeftShift = 15;

struct AddS16Params {
  Requant in[2];  // at most 1/2
  Requant out;    // below 1
  int16_t out_min, out_max;
};

struct MulS16Params {
  Requant requant;  // from the product of the inputs' steps to the output's
  int16_t out_min, out_max;
};

struct SquaredDifferenceS16Params {
  Requant in[2];  // at most 1/2
  Requant out;
};

// output may be the buffer of an input of the same shape. SubS16: input0 - input1.
void AddS16(const AddS16Params& params, const Broadcast& shape, const int16_t* input0,
            const int16_t* input1, int16_t* output);
void SubS16(const AddS16Params& params, const Broadcast& shape, const int16_t* input0,
            const int16_t* input1, int16_t* output);
void MulS16(const MulS16Params& params, const Broadcast& shape, const int16_t* input0,
            const int16_t* input1, int16_t* output);
void SquaredDifferenceS16(const SquaredDifferenceS16Params& params, const Broadcast& shape,
                          const int16_t* input0, const int16_t* input1, int16_t* output);
// Inputs and output have one scale.
void ExtremumS16(Extremum which, const Broadcast& shape, const int16_t* input0,
                 const int16_t* input1, int16_t* output);

}  // namespace nn

#endif  // MCUFORGE_NN_BINARY_S16_H_
