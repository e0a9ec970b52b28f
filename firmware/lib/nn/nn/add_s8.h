// ADD and SUB, int8, with broadcasting.

#ifndef MCUFORGE_NN_ADD_S8_H_
#define MCUFORGE_NN_ADD_S8_H_

#include "nn/broadcast.h"
#include "nn/scale.h"

namespace nn {

// Both inputs are brought to a common scale of 20 fraction bits, added or subtracted, and brought
// to the output's.
constexpr int32_t kAddLeftShift = 20;

// Factors are those of Requant: of input 0 and input 1, at most 1/2, and of the output, below 1, so
// that no shift is to the left. Their shifts fit in bytes.
struct AddParams {
  int32_t multiplier[3];
  int8_t shift[3];
  int8_t in_zero_point[2];
  int8_t out_zero_point;
  int8_t out_min, out_max;

  enum { kInput0 = 0, kInput1 = 1, kOutput = 2 };
  Requant Factor(uint32_t i) const { return Requant{multiplier[i], shift[i]}; }
  void SetFactor(uint32_t i, Requant factor) {
    multiplier[i] = factor.multiplier;
    shift[i] = static_cast<int8_t>(factor.shift);
  }
};

// What is left of ApplyRequant after its product, for the factors above: halves are rounded away
// from zero, for which negatives lose one before half is added. |x| is below 2^30.
struct RoundDown {
  explicit RoundDown(Requant r)
      : right(-r.shift),
        half(static_cast<int32_t>((UINT32_C(1) << right) >> 1)),
        minus_one(half ? -1 : 0) {}
  int32_t operator()(int32_t x) const { return (x + half + ((x >> 31) & minus_one)) >> right; }
  int32_t right, half, minus_one;
};

// ApplyRequant(x * 2^kAddLeftShift) for the difference x of two int8 values. As 20 of the product's
// low bits are 0, it is exact in two 32-bit products of x and half of the multiplier.
struct ScaleInput {
  explicit ScaleInput(Requant r) : round(r), high(r.multiplier >> 16), low(r.multiplier & 0xffff) {}
  int32_t operator()(int32_t x) const {
    constexpr int32_t kDrop = 31 - kAddLeftShift;
    return round(x * high * (1 << (16 - kDrop)) + ((x * low + (1 << (kDrop - 1))) >> kDrop));
  }
  RoundDown round;
  int32_t high, low;
};

// output may be the buffer of an input of the same shape. SubS8: input0 - input1.
void AddS8(const AddParams& params, const Broadcast& shape, const int8_t* input0,
           const int8_t* input1, int8_t* output);
void SubS8(const AddParams& params, const Broadcast& shape, const int8_t* input0,
           const int8_t* input1, int8_t* output);

}  // namespace nn

#endif  // MCUFORGE_NN_ADD_S8_H_
