// ADD and SUB, int8, with broadcasting.

#ifndef MCUFORGE_NN_ADD_S8_H_
#define MCUFORGE_NN_ADD_S8_H_

#include "nn/broadcast.h"
#include "nn/scale.h"

namespace nn {

// Both inputs are brought to a common scale of 20 fraction bits, added or subtracted, and brought
// to the output's.
constexpr int32_t kAddLeftShift = 20;

struct AddParams {
  Requant input[2];
  Requant output;
  int8_t in_zero_point[2];
  int8_t out_zero_point;
  int8_t out_min, out_max;
};

// output may be the buffer of an input of the same shape. SubS8: input0 - input1.
void AddS8(const AddParams& params, const Broadcast& shape, const int8_t* input0,
           const int8_t* input1, int8_t* output);
void SubS8(const AddParams& params, const Broadcast& shape, const int8_t* input0,
           const int8_t* input1, int8_t* output);

}  // namespace nn

#endif  // MCUFORGE_NN_ADD_S8_H_
