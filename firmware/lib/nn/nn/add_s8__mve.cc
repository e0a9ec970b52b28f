#include "nn/isa.h"

#if MCUFORGE_ISA_MVE

// The loop is in assembler; what is left to the compiler runs once a run of elements.
#pragma GCC optimize("Os")

#include <cstddef>

#include "nn/add_s8.h"
#include "nn/mve.h"

// Four elements at a time, widened to int32 as they are loaded. An operand that broadcasts along
// the run is repeated in a few bytes, and the run cut in pieces of as many.

namespace nn {
namespace {

// AddRun knows the offsets.
struct Run {
  const int8_t* input[2];
  int8_t* output;
  struct {
    int32_t multiplier, shift;
  } factor[3];  // of input 0, input 1 and output
  int32_t rounds_output;
  int32_t offset[2];  // the zero point, negated, times 2^kAddLeftShift
  int32_t out_zero_point;
  int32_t rounds_input[2];  // 1 where there is a shift, else 0
  int32_t low, high;
  int32_t count;  // at least 1
};
static_assert(offsetof(Run, input) == 0);
static_assert(offsetof(Run, output) == 8);
static_assert(offsetof(Run, factor) == 12);
static_assert(offsetof(Run, rounds_output) == 36);
static_assert(offsetof(Run, offset) == 40);
static_assert(offsetof(Run, out_zero_point) == 48);
static_assert(offsetof(Run, rounds_input) == 52);
static_assert(offsetof(Run, low) == 60);
static_assert(offsetof(Run, high) == 64);
static_assert(offsetof(Run, count) == 68);
static_assert(kAddLeftShift == 20);

// 18 instructions and the LETP for four elements. All shifts are to the right: halves are rounded
// away from zero, for which what is negative, and shifted, loses one before, (x * 2) >> 32.
[[gnu::naked, gnu::noipa, gnu::aligned(4)]] void AddRun(const Run& /*run*/) {
  asm volatile(
      "push {r4-r11, lr}\n"
      "vpush {d8-d15}\n"
      "ldrd r1, r2, [r0, #52]\n"  // rounds_input
      "ldrd r3, r4, [r0, #60]\n"  // low, high
      "mov r5, #0x100000\n"       // 2^kAddLeftShift
      "ldr lr, [r0, #68]\n"       // count
      "vdup.32 q6, r1\n"
      "vdup.32 q7, r2\n"
      "vdup.32 q3, r3\n"
      "vdup.32 q4, r4\n"
      "vdup.32 q5, r5\n"
      "ldm r0, {r0-r12}\n"
      "dlstp.32 lr, lr\n"
      "1:\n"
      "vldrb.s32 q0, [r0], #4\n"
      "vldrb.s32 q1, [r1], #4\n"
      "vmlas.s32 q0, q5, r10\n"
      "vmlas.s32 q1, q5, r11\n"
      "vqdmulh.s32 q2, q0, q6\n"
      "vqrdmlah.s32 q2, q0, r3\n"
      "vrshl.s32 q2, r4\n"
      "vqdmulh.s32 q0, q1, q7\n"
      "vqrdmlah.s32 q0, q1, r5\n"
      "vrshl.s32 q0, r6\n"
      "vadd.i32 q2, q2, q0\n"
      "vqdmulh.s32 q0, q2, r9\n"
      "vqrdmlah.s32 q0, q2, r7\n"
      "vrshl.s32 q0, r8\n"
      "vadd.i32 q0, q0, r12\n"
      "vmax.s32 q0, q0, q3\n"
      "vmin.s32 q0, q0, q4\n"
      "vstrb.32 q0, [r2], #4\n"
      "letp lr, 1b\n"
      "vpop {d8-d15}\n"
      "pop {r4-r11, pc}\n");
}

}  // namespace

void AddS8(const AddParams& p, const Broadcast& shape, const int8_t* input0, const int8_t* input1,
           int8_t* output) {
  constexpr uint32_t kPiece = 16;  // bytes of a vector
  Run run;
  for (uint32_t i = 0; i < 3; ++i) {
    run.factor[i].multiplier = p.multiplier[i];
    run.factor[i].shift = p.shift[i];
  }
  for (uint32_t i = 0; i < 2; ++i) {
    run.offset[i] = -p.in_zero_point[i] * (1 << kAddLeftShift);
    run.rounds_input[i] = p.shift[i] < 0;
  }
  run.rounds_output = p.shift[AddParams::kOutput] < 0;
  run.out_zero_point = p.out_zero_point;
  run.low = p.out_min;
  run.high = p.out_max;
  ForEachRun(shape, [&](uint32_t offset0, uint32_t offset1, uint32_t out, uint32_t count,
                        uint32_t step0, uint32_t step1) {
    const int8_t* const from[] = {input0 + offset0, input1 + offset1};
    const uint32_t step[] = {step0, step1};
    int8_t repeated[2][kPiece];
    uint32_t piece = count;
    for (uint32_t i = 0; i < 2; ++i) {
      run.input[i] = from[i];
      if (step[i] == 0) {
        vstrbq_s8(repeated[i], vdupq_n_s8(*from[i]));
        run.input[i] = repeated[i];
        piece = kPiece;
      }
    }
    run.output = output + out;
    for (uint32_t left = count; left != 0; left -= static_cast<uint32_t>(run.count)) {
      run.count = static_cast<int32_t>(left < piece ? left : piece);
      AddRun(run);
      run.input[0] += step0 * static_cast<uint32_t>(run.count);
      run.input[1] += step1 * static_cast<uint32_t>(run.count);
      run.output += run.count;
    }
  });
}

}  // namespace nn

#endif  // MCUFORGE_ISA_MVE
