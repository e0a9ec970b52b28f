#include "nn/isa.h"

#if MCUFORGE_ISA_MVE

#include "nn/add_s8.h"
#include "nn/mve.h"

// Four elements at a time, widened to int32 as they are loaded; an operand that broadcasts along
// the run fills the lanes.

namespace nn {
namespace {

int32x4_t Load(const int8_t* from, uint32_t step, mve_pred16_t lanes) {
  return step ? vldrbq_z_s32(from, lanes) : vdupq_n_s32(*from);
}

}  // namespace

void AddS8(const AddParams& p, const Broadcast& shape, const int8_t* input0, const int8_t* input1,
           int8_t* output) {
  const OutputRange range{p.out_zero_point, p.out_min, p.out_max};
  const int32x4_t multiplier0 = vdupq_n_s32(p.multiplier[AddParams::kInput0]);
  const int32x4_t multiplier1 = vdupq_n_s32(p.multiplier[AddParams::kInput1]);
  const int32x4_t multiplier = vdupq_n_s32(p.multiplier[AddParams::kOutput]);
  const int32x4_t shift0 = vdupq_n_s32(p.shift[AddParams::kInput0]);
  const int32x4_t shift1 = vdupq_n_s32(p.shift[AddParams::kInput1]);
  const int32x4_t shift = vdupq_n_s32(p.shift[AddParams::kOutput]);
  ForEachRun(shape, [&](uint32_t offset0, uint32_t offset1, uint32_t out, uint32_t count,
                        uint32_t step0, uint32_t step1) {
    const int8_t* a = input0 + offset0;
    const int8_t* b = input1 + offset1;
    for (uint32_t i = 0; i < count; i += 4, a += 4 * step0, b += 4 * step1) {
      const mve_pred16_t lanes = vctp32q(count - i);
      const int32x4_t x0 =
          vshlq_n_s32(vaddq_n_s32(Load(a, step0, lanes), -p.in_zero_point[0]), kAddLeftShift);
      const int32x4_t x1 =
          vshlq_n_s32(vaddq_n_s32(Load(b, step1, lanes), -p.in_zero_point[1]), kAddLeftShift);
      const int32x4_t sum =
          vaddq_s32(ApplyRequant(x0, multiplier0, shift0), ApplyRequant(x1, multiplier1, shift1));
      vstrbq_p_s32(output + out + i, ToOutput(sum, multiplier, shift, range), lanes);
    }
  });
}

}  // namespace nn

#endif  // MCUFORGE_ISA_MVE
