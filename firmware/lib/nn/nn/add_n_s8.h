// ADD_N, int8: the sum of tensors of one shape, scale and zero point, in two steps.

#ifndef MCUFORGE_NN_ADD_N_S8_H_
#define MCUFORGE_NN_ADD_N_S8_H_

#include "nn/requantize.h"

namespace nn {

struct AddNParams {
  uint32_t count;   // elements
  Requant requant;  // 2^-19 of input scale / output scale
  int8_t in_zero_point, out_zero_point;
};

// Adds an input, less its zero point, to the sums. The first one starts them, as upstream does,
// from what an int8 of 0 stands for.
void AddToSumsS8(const AddNParams& params, bool is_first, const int8_t* input, int32_t* sums);

// Rescales the sums. output does not overlap them.
void FinishSumsS8(const AddNParams& params, const int32_t* sums, int8_t* output);

}  // namespace nn

#endif  // MCUFORGE_NN_ADD_N_S8_H_
