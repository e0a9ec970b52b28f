// An int8 function by a table of all its 256 values, made once an inference: what a function of
// many elements costs then does not depend on the function.

#ifndef MCUFORGE_NN_TABLE_S8_H_
#define MCUFORGE_NN_TABLE_S8_H_

#include <cstdint>

namespace nn {

constexpr uint32_t kTableSize = 256;

// From so many elements on a table is worth making: even RELU takes some 15 instructions an
// element, a look-up 4. codegen/aot makes tables at build time: there they always pay.
#if MCUFORGE_RECORD
constexpr uint32_t kTablePays = 1;
#else
constexpr uint32_t kTablePays = 2 * kTableSize;
#endif

// Element i is the int8 with the bits of i. A kernel that runs in place over it makes its table.
void FillIdentity(int8_t table[kTableSize]);

// output may be the input's buffer.
void LookUpS8(const int8_t table[kTableSize], uint32_t count, const int8_t* input, int8_t* output);

}  // namespace nn

#endif  // MCUFORGE_NN_TABLE_S8_H_
