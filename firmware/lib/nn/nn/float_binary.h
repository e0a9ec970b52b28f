// Arithmetic of two float32 operands with broadcasting, by their bits: cores without an FPU link no
// soft-float library, and all cores give the same bits, which are the oracle's.

#ifndef MCUFORGE_NN_FLOAT_BINARY_H_
#define MCUFORGE_NN_FLOAT_BINARY_H_

#include <cstdint>

#include "nn/broadcast.h"

namespace nn {

// kFloorDiv is the quotient's floor, kFloorMod what is left of it, with the divisor's sign. kPrelu
// multiplies the first operand by the second where it is below zero.
enum class FloatOperation : uint8_t {
  kAdd,
  kSub,
  kMul,
  kDiv,
  kMaximum,
  kMinimum,
  kFloorDiv,
  kFloorMod,
  kSquaredDifference,
  kPrelu
};

// low, high: bits of what results are clamped to.
struct FloatBinaryParams {
  uint32_t low, high;
  FloatOperation operation;
};

// Operands and output: bits of float32; output may be the buffer of an input of the same shape.
void FloatBinary(const FloatBinaryParams& params, const Broadcast& shape, const uint32_t* input0,
                 const uint32_t* input1, uint32_t* output);

}  // namespace nn

#endif  // MCUFORGE_NN_FLOAT_BINARY_H_
