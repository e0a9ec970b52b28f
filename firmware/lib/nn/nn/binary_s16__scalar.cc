#include "nn/binary_s16.h"
#include "nn/requantize_s16.h"

namespace nn {
namespace {

// output = op(a, b) for each pair of elements.
template <typename Op>
inline void ForEachPair(const Broadcast& shape, const int16_t* input0, const int16_t* input1,
                        int16_t* output, Op op) {
  ForEachRun(shape, [&](uint32_t offset0, uint32_t offset1, uint32_t out, uint32_t count,
                        uint32_t step0, uint32_t step1) {
    const int16_t* a = input0 + offset0;
    const int16_t* b = input1 + offset1;
    for (uint32_t i = 0; i < count; ++i, a += step0, b += step1) {
      output[out + i] = op(*a, *b);
    }
  });
}

int32_t Scaled(int32_t x, Requant factor) {
  return ApplyRequant(x * (1 << kAddS16LeftShift), factor);
}

}  // namespace

void AddS16(const AddS16Params& p, const Broadcast& shape, const int16_t* input0,
            const int16_t* input1, int16_t* output) {
  ForEachPair(shape, input0, input1, output, [&](int32_t a, int32_t b) {
    return RequantizeTo16(Scaled(a, p.in[0]) + Scaled(b, p.in[1]), p.out, p.out_min, p.out_max);
  });
}

void SubS16(const AddS16Params& p, const Broadcast& shape, const int16_t* input0,
            const int16_t* input1, int16_t* output) {
  ForEachPair(shape, input0, input1, output, [&](int32_t a, int32_t b) {
    return RequantizeTo16(Scaled(a, p.in[0]) - Scaled(b, p.in[1]), p.out, p.out_min, p.out_max);
  });
}

void MulS16(const MulS16Params& p, const Broadcast& shape, const int16_t* input0,
            const int16_t* input1, int16_t* output) {
  ForEachPair(shape, input0, input1, output, [&](int32_t a, int32_t b) {
    return RequantizeTo16(a * b, p.requant, p.out_min, p.out_max);
  });
}

void SquaredDifferenceS16(const SquaredDifferenceS16Params& p, const Broadcast& shape,
                          const int16_t* input0, const int16_t* input1, int16_t* output) {
  ForEachPair(shape, input0, input1, output, [&](int32_t a, int32_t b) {
    const int32_t difference = ApplyRequant(a, p.in[0]) - ApplyRequant(b, p.in[1]);
    return RequantizeTo16(difference * difference, p.out, INT16_MIN, INT16_MAX);
  });
}

void ExtremumS16(Extremum which, const Broadcast& shape, const int16_t* input0,
                 const int16_t* input1, int16_t* output) {
  const int32_t flip = static_cast<int32_t>(which);
  ForEachPair(shape, input0, input1, output, [&](int32_t a, int32_t b) {
    const int32_t x = (a ^ flip) > (b ^ flip) ? a : b;
    return static_cast<int16_t>(x);
  });
}

}  // namespace nn
