#include "nn/isa.h"

#if MCUFORGE_ISA_DSP

#include <cstddef>

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

// A run of outputs, of which the input with the larger scale has a factor of exactly one half: its
// part is its difference to the zero point times 2^(kAddLeftShift - 1).
struct Sum {
  const int8_t* larger;
  const int8_t* smaller;
  int8_t* output;
  const int8_t* end;    // of the outputs
  int32_t larger_zero;  // zero points, scaled as the inputs are
  int32_t smaller_zero;
  int32_t multiplier;  // of the smaller one
  int32_t right;       // at least 1
  int32_t out_multiplier, out_addend, out_right;
};

static_assert(kAddLeftShift == 20);
static_assert(offsetof(Sum, end) == 12);
static_assert(offsetof(Sum, right) == 28);
static_assert(offsetof(Sum, out_right) == 40);

// 17 instructions an output. What a shift to the right puts into the carry is the half to round up.
[[gnu::naked, gnu::noipa]] void AddRun(const Sum* /*sum*/) {
  // clang-format off
  asm volatile(
      "push {r4-r11, lr}\n"
      "ldm r0, {r0-r10}\n"
      "1:\n"
      "ldrsb r11, [r0], #1\n"
      "ldrsb r12, [r1], #1\n"
      "rsb r11, r4, r11, lsl #19\n"
      "rsb r12, r5, r12, lsl #21\n"
      "smmulr r12, r12, r6\n"
      "add r12, r12, r12, asr #31\n"
      "asrs r12, r12, r7\n"
      "adc r12, r12, r11\n"
      "add r12, r12, r12\n"
      "smmulr r12, r12, r8\n"
      "add r12, r12, r12, asr #31\n"
      "add r12, r9\n"
      "asr r12, r12, r10\n"
      "ssat r12, #8, r12\n"
      "strb r12, [r2], #1\n"
      "cmp r2, r3\n"
      "bne 1b\n"
      "pop {r4-r11, pc}\n");
  // clang-format on
}

}  // namespace

void AddS8(const AddParams& p, const Broadcast& shape, const int8_t* input0, const int8_t* input1,
           int8_t* output) {
  Factor factor[2];
  FastChannel sum{};
  const bool fast = MakeFactor(p.Factor(AddParams::kInput0), &factor[0]) &&
                    MakeFactor(p.Factor(AddParams::kInput1), &factor[1]) &&
                    MakeFastChannel(p.Factor(AddParams::kOutput), 0, 0, p.out_zero_point, &sum);
  // Inputs of one scale have a half each, and go the longer way.
  const int32_t smaller = factor[0].right == 0 ? 1 : 0;
  const bool by_run = fast && factor[smaller].right != 0 && factor[1 - smaller].right == 0;
  Sum run;
  run.larger_zero = p.in_zero_point[1 - smaller] * (1 << (kAddLeftShift - 1));
  run.smaller_zero = p.in_zero_point[smaller] * (2 << kAddLeftShift);
  run.multiplier = factor[smaller].multiplier;
  run.right = factor[smaller].right;
  run.out_multiplier = sum.multiplier;
  run.out_addend = sum.addend;
  run.out_right = sum.right;
  ForEachRun(shape, [&](uint32_t offset0, uint32_t offset1, uint32_t out, uint32_t count,
                        uint32_t step0, uint32_t step1) {
    const int8_t* a = input0 + offset0;
    const int8_t* b = input1 + offset1;
    int8_t* to = output + out;
    int8_t* const end = to + count;
    if (by_run && step0 == 1 && step1 == 1) {
      run.larger = smaller == 0 ? b : a;
      run.smaller = smaller == 0 ? a : b;
      run.output = to;
      run.end = end;
      AddRun(&run);
      to = end;
    }
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
