// ADD, SUB, MUL and DIV of integers that stand for themselves, int32, with broadcasting: what
// converters make of computations on shapes and indices. Results wrap, then are clamped.

#ifndef MCUFORGE_NN_ARITHMETIC_S32_H_
#define MCUFORGE_NN_ARITHMETIC_S32_H_

#include <cstdint>

#include "nn/broadcast.h"

namespace nn {

enum class Arithmetic { kAdd, kSub, kMul };

struct ArithmeticParams {
  int32_t out_min, out_max;
};

// output may be the buffer of an input of the same shape.
void ArithmeticS32(Arithmetic op, const ArithmeticParams& params, const Broadcast& shape,
                   const int32_t* input0, const int32_t* input1, int32_t* output);

// input0 / input1, cut off towards zero. False where a divisor is 0: the output is not to be used.
bool DivideS32(const ArithmeticParams& params, const Broadcast& shape, const int32_t* input0,
               const int32_t* input1, int32_t* output);

}  // namespace nn

#endif  // MCUFORGE_NN_ARITHMETIC_S32_H_
