#include "nn/isa.h"

#if MCUFORGE_V6M

// What surrounds the assembler is worth fewer bytes, and less stack.
#pragma GCC optimize("Os")

#include "nn/fully_connected_groups_s8.h"

namespace nn {
namespace {

struct Armv6M {
  [[gnu::naked, gnu::noipa]] static void AddQuad(const int8_t* x, const uint32_t* weights,
                                                 const uint32_t* offsets, uint32_t groups,
                                                 PairSums* sums);
};

// clang-format off
// Per 16 MACs: 2 for the offset, 1 LDM and 6 for the inputs, 4 LDM (weights), 4 LSRS, 8 ANDS,
// 8 MULS, 8 ADDS, 6 for the split, 2 for the walk; for two such groups 3 for the loop.
void Armv6M::AddQuad(const int8_t* /*x*/, const uint32_t* /*weights*/, const uint32_t* /*offsets*/,
                     uint32_t /*groups*/, PairSums* /*sums*/) {
// r0: the input; r2: kBytePair; r3: what r4 starts from, or r4
#define MCUFORGE_PRODUCTS(q) \
  "ldm r1!, {r5}\n"          \
  "lsrs r7, r5, #8\n"        \
  "ands r7, r2\n"            \
  "ands r5, r2\n"            \
  "muls r7, r0\n"            \
  "muls r5, r0\n"            \
  "adds r4, " q ", r7\n"     \
  "adds r3, r3, r5\n"
#define MCUFORGE_GROUP    \
  "mov r7, lr\n"          \
  "ldr r3, [r0, r7]\n"    \
  "ldm r0!, {r6}\n"       \
  "mov r12, r0\n"         \
  "sxtb r0, r6\n"         \
  MCUFORGE_PRODUCTS("r3") \
  "asrs r6, r6, #8\n"     \
  "sxtb r0, r6\n"         \
  MCUFORGE_PRODUCTS("r4") \
  "asrs r6, r6, #8\n"     \
  "sxtb r0, r6\n"         \
  MCUFORGE_PRODUCTS("r4") \
  "asrs r0, r6, #8\n"     \
  MCUFORGE_PRODUCTS("r4") \
  "add r8, r3\n"          \
  "asrs r3, r3, #16\n"    \
  "add r9, r3\n"          \
  "add r10, r4\n"         \
  "asrs r4, r4, #16\n"    \
  "add r11, r4\n"         \
  "mov r0, r12\n"
  asm volatile(
      ".syntax unified\n"
      "push {r4-r7, lr}\n"
      "mov r4, r8\n"
      "mov r5, r9\n"
      "mov r6, r10\n"
      "mov r7, r11\n"
      "push {r4-r7}\n"
      "subs r2, r2, r0\n"  // from a group's inputs to its offset
      "mov lr, r2\n"
      "lsls r2, r3, #2\n"
      "adds r2, r2, r0\n"
      "push {r2, r3}\n"
      "ldr r7, [sp, #44]\n"
      "ldm r7!, {r3-r6}\n"
      "mov r8, r3\n"
      "mov r9, r4\n"
      "mov r10, r5\n"
      "mov r11, r6\n"
      "movs r2, #255\n"
      "lsls r3, r2, #16\n"
      "orrs r2, r3\n"
      "ldr r3, [sp, #4]\n"
      "lsrs r3, r3, #1\n"
      "bcs 2f\n"
      "1:\n"
      MCUFORGE_GROUP
      "2:\n"
      MCUFORGE_GROUP
      "ldr r7, [sp]\n"
      "cmp r0, r7\n"
      "bne 1b\n"
      "ldr r7, [sp, #44]\n"
      "mov r3, r8\n"
      "mov r4, r9\n"
      "mov r5, r10\n"
      "mov r6, r11\n"
      "stm r7!, {r3-r6}\n"
      "add sp, #8\n"
      "pop {r4-r7}\n"
      "mov r8, r4\n"
      "mov r9, r5\n"
      "mov r10, r6\n"
      "mov r11, r7\n"
      "pop {r4-r7, pc}\n");
#undef MCUFORGE_GROUP
#undef MCUFORGE_PRODUCTS
}
// clang-format on

}  // namespace

void FullyConnectedQuadsS8(const FullyConnectedParams& p, int32_t multiplier,
                           const int32_t* channel_multipliers, const QuadBias* biases,
                           const uint32_t* weights, const Shortages& shortages, const int8_t* input,
                           int8_t* output) {
  FullyConnectedByQuads<Armv6M>(p, multiplier, channel_multipliers, biases, weights, shortages,
                                input, output);
}

}  // namespace nn

#endif  // MCUFORGE_V6M
