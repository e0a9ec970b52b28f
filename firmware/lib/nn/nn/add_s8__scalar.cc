#include "nn/isa.h"

#if !MCUFORGE_ISA_DSP && !MCUFORGE_ISA_MVE

#include "nn/add_s8.h"
#include "nn/scalar.h"

namespace nn {

void AddS8(const AddParams& p, const Broadcast& shape, const int8_t* input0, const int8_t* input1,
           int8_t* output) {
  const ScaleInput scale0(p.Factor(AddParams::kInput0));
  const ScaleInput scale1(p.Factor(AddParams::kInput1));
  const RoundDown round(p.Factor(AddParams::kOutput));
  ForEachRun(shape, [&](uint32_t offset0, uint32_t offset1, uint32_t out, uint32_t count,
                        uint32_t step0, uint32_t step1) {
    const int8_t* a = input0 + offset0;
    const int8_t* b = input1 + offset1;
    for (uint32_t i = 0; i < count; ++i, a += step0, b += step1) {
      const int32_t x0 = scale0(*a - p.in_zero_point[0]);
      const int32_t x1 = scale1(*b - p.in_zero_point[1]);
      // Of at most 255 * 2^19 each.
      const int32_t y = round(MulHighSmall(x0 + x1, p.multiplier[AddParams::kOutput]));
      output[out + i] = OutputS8(y, p.out_zero_point, p.out_min, p.out_max);
    }
  });
}

}  // namespace nn

#endif  // !MCUFORGE_ISA_DSP
