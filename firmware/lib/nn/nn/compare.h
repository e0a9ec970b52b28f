// EQUAL, NOT_EQUAL, LESS, LESS_EQUAL, GREATER and GREATER_EQUAL with broadcasting, without
// floating-point arithmetic.

#ifndef MCUFORGE_NN_COMPARE_H_
#define MCUFORGE_NN_COMPARE_H_

#include <cstdint>

#include "nn/broadcast.h"
#include "nn/requantize.h"

namespace nn {

// How two elements stand to each other; NaN is unordered.
enum class Order : uint8_t { kLess, kEqual, kGreater, kUnordered };

// The orders that a comparison accepts: bit i for Order i.
enum class Comparison : uint8_t {
  kLess = 1,
  kEqual = 2,
  kLessEqual = 3,
  kGreater = 4,
  kGreaterEqual = 6,
  kNotEqual = 13
};

// What is compared: int8 by what it stands for, the others as they are. A bool is 0 or 1.
enum class Compared : uint8_t { kQuantizedS8, kBool, kS32, kS64, kF32 };

// Before its factor, an int8 is shifted left so far.
constexpr int32_t kCompareLeftShift = 8;

struct CompareParams {
  Requant requant[2];  // of the two inputs' scales; for kQuantizedS8 only, as the zero points
  int8_t zero_point[2];
  Comparison comparison;
  Compared type;
};

// output: 1 or 0, a byte each; not overlapping an input whose elements are larger.
void Compare(const CompareParams& params, const Broadcast& shape, const void* input0,
             const void* input1, void* output);

}  // namespace nn

#endif  // MCUFORGE_NN_COMPARE_H_
