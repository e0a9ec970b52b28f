#include "nn/isa.h"

#if MCUFORGE_ISA_DSP

#include "nn/add_s8.h"
#include "nn/dsp.h"

// The scalar kernel's sum, with MulHigh as SMMULR of the doubled value. The inputs' shifts may be 0
// here (a factor of exactly one half has none), which `sign` and `half` make room for.

namespace nn {
namespace {

struct Factor {
  int32_t multiplier;
  int32_t right;
  int32_t half;  // of 2^right, 0 if right is 0
  int32_t sign;  // -1, 0 if right is 0: halves are rounded away from zero

  int32_t Apply(int32_t twice) const {
    int32_t y;
    asm("smmulr %0, %1, %2" : "=r"(y) : "r"(twice), "r"(multiplier));
    return (y + ((y >> 31) & sign) + half) >> right;
  }
};

bool MakeFactor(Requant requant, Factor* factor) {
  const int32_t right = -requant.shift;
  *factor = Factor{requant.multiplier, right, right > 0 ? 1 << (right - 1) : 0, right > 0 ? -1 : 0};
  return right >= 0;
}

}  // namespace

void AddS8(const AddParams& p, const Broadcast& shape, const int8_t* input0, const int8_t* input1,
           int8_t* output) {
  Factor factor[2];
  FastChannel sum;
  const bool fast = MakeFactor(p.Factor(AddParams::kInput0), &factor[0]) &&
                    MakeFactor(p.Factor(AddParams::kInput1), &factor[1]) &&
                    MakeFastChannel(p.Factor(AddParams::kOutput), 0, 0, p.out_zero_point, &sum);
  ForEachRun(shape, [&](uint32_t offset0, uint32_t offset1, uint32_t out, uint32_t count,
                        uint32_t step0, uint32_t step1) {
    const int8_t* a = input0 + offset0;
    const int8_t* b = input1 + offset1;
    int8_t* to = output + out;
    int8_t* const end = to + count;
    const int32_t zero0 = p.in_zero_point[0];
    const int32_t zero1 = p.in_zero_point[1];
    for (; to != end; a += step0, b += step1) {
      if (fast) {
        const int32_t x0 = factor[0].Apply((*a - zero0) * (2 << kAddLeftShift));
        const int32_t x1 = factor[1].Apply((*b - zero1) * (2 << kAddLeftShift));
        *to++ = FastOutput(x0 + x1, sum);
      } else {
        const int32_t x0 =
            ApplyRequant((*a - zero0) * (1 << kAddLeftShift), p.Factor(AddParams::kInput0));
        const int32_t x1 =
            ApplyRequant((*b - zero1) * (1 << kAddLeftShift), p.Factor(AddParams::kInput1));
        *to++ = static_cast<int8_t>(Clamp(
            ApplyRequant(x0 + x1, p.Factor(AddParams::kOutput)) + p.out_zero_point, -128, 127));
      }
    }
    ClampAll(output + out, count, p.out_min, p.out_max);
  });
}

}  // namespace nn

#endif  // MCUFORGE_ISA_DSP
