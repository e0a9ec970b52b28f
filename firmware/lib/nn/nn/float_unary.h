// Functions of float32 elements by their bits: cores without an FPU link no soft-float library, and
// all cores give the same bits, which are the oracle's.

#ifndef MCUFORGE_NN_FLOAT_UNARY_H_
#define MCUFORGE_NN_FLOAT_UNARY_H_

#include <cstdint>

namespace nn {

// kRound takes halves to the even neighbour. kSqrt and kRsqrt of a negative number
// are NaN.
enum class FloatFunction : uint8_t {
  kNeg,
  kFloor,
  kCeil,
  kRound,
  kSquare,
  kSqrt,
  kAbs,
  kRsqrt,
  kRelu,
  kRelu6,
  kHardSwish
};

// input, output: bits of float32; output may be the input's buffer.
void FloatUnary(FloatFunction function, uint32_t count, const uint32_t* input, uint32_t* output);

// What is not above zero times `alpha`, bits of float32; output may be the input's buffer.
void FloatLeakyRelu(uint32_t alpha, uint32_t count, const uint32_t* input, uint32_t* output);

}  // namespace nn

#endif  // MCUFORGE_NN_FLOAT_UNARY_H_
