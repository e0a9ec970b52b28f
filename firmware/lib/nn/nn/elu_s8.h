// ELU, int8.

#ifndef MCUFORGE_NN_ELU_S8_H_
#define MCUFORGE_NN_ELU_S8_H_

#include <cstdint>

#include "nn/table_s8.h"

namespace nn {

// An end of the op: its scale, above 0, and zero point.
struct EluEnd {
  float scale;
  int32_t zero_point;
};

// Fills in what LookUpS8 takes. Computed in float32 as upstream does, step by step, but for the
// exponential: that is float32 to the last bit whatever the C library has.
void MakeEluTable(EluEnd in, EluEnd out, int8_t table[kTableSize]);

}  // namespace nn

#endif  // MCUFORGE_NN_ELU_S8_H_
