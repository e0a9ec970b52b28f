// Building blocks that the Armv6-M kernels share.

#ifndef MCUFORGE_NN_V6M_H_
#define MCUFORGE_NN_V6M_H_

#include "nn/isa.h"

#if MCUFORGE_V6M

#include <cstdint>

namespace nn {

// MulHigh for |a| < 2^30 and b in [0, 2^31).
inline int32_t MulHighSmall(int32_t a, int32_t b) {
  // By halves, as there is no long product. The low half of `a` is signed, so that all but the
  // highest partial product fit into 32 bits together.
  const int32_t a_low = static_cast<int16_t>(a);
  const int32_t a_high = (a - a_low) >> 16;
  const int32_t b_low = b & 0xffff;
  const int32_t b_high = b >> 16;
  const int32_t middle = a_high * b_low + a_low * b_high + ((a_low * b_low) >> 16);
  return a_high * b_high * 2 + ((middle + (1 << 14)) >> 15);
}

// Appends `bits` more quotient bits (at most 8) to `quotient` while dividing by a 24-bit divisor;
// `remainder` < divisor before and after.
inline void DivideStep(uint32_t* quotient, uint32_t* remainder, uint32_t next_bits, uint32_t bits,
                       uint32_t divisor) {
  // No divide instruction; a bit at a time beats the library routine in flash and time. The carry
  // is first the dividend's next bit, then the quotient's.
  uint32_t next = next_bits << (32 - bits);
  asm(".syntax unified\n"
      "1:\n"
      "lsls %[next], %[next], #1\n"
      "adcs %[r], %[r]\n"
      "cmp %[r], %[divisor]\n"
      "bcc 2f\n"
      "subs %[r], %[r], %[divisor]\n"
      "2:\n"
      "adcs %[q], %[q]\n"
      "subs %[bits], #1\n"
      "bne 1b\n"
      : [next] "+l"(next), [r] "+l"(*remainder), [q] "+l"(*quotient), [bits] "+l"(bits)
      : [divisor] "l"(divisor)
      : "cc");
}

// clang-format off
// MulHighSmall as assembler, and the way on to the output: accumulator in r0, the multiplier's
// halves in r4 and r5, `right` in r7, 1 << 14 in `half`, `addend`; stores to r3, which goes on by
// `step`. Changes r0 to r2. 28 instructions.
#define MCUFORGE_V6M_OUTPUT(half, addend, step) \
  "sxth r1, r0\n"          \
  "subs r0, r0, r1\n"      \
  "asrs r0, r0, #16\n"     \
  "mov r2, r1\n"           \
  "muls r2, r4\n"          \
  "muls r1, r5\n"          \
  "asrs r2, r2, #16\n"     \
  "adds r2, r1\n"          \
  "mov r1, r0\n"           \
  "muls r1, r4\n"          \
  "muls r0, r5\n"          \
  "adds r2, r1\n"          \
  "add r2, " half "\n"     \
  "asrs r2, r2, #15\n"     \
  "lsls r0, r0, #1\n"      \
  "adds r0, r2\n"          \
  "asrs r1, r0, #31\n"     \
  "adds r0, r1\n"          \
  "add r0, " addend "\n"   \
  "asrs r0, r7\n"          \
  "sxtb r1, r0\n"          \
  "cmp r1, r0\n"           \
  "beq 9f\n"               \
  "movs r1, #127\n"        \
  "asrs r0, r0, #31\n"     \
  "eors r0, r1\n"          \
  "9:\n"                   \
  "strb r0, [r3]\n"        \
  "add r3, " step "\n"
// clang-format on

}  // namespace nn

#endif  // MCUFORGE_V6M
#endif  // MCUFORGE_NN_V6M_H_
