#include "nn/isa.h"

#if MCUFORGE_V7M

// What surrounds the assembler is worth fewer bytes.
#pragma GCC optimize("Os")

#include "nn/fully_connected_groups_s8.h"

namespace nn {
namespace {

struct Armv7M {
  [[gnu::naked, gnu::noipa]] static void AddQuad(const int8_t* x, const uint32_t* weights,
                                                 const uint32_t* offsets, uint32_t groups,
                                                 PairSums* sums);
};

// clang-format off
// Per 16 MACs: 1 LDR (the offset), 2 LDRD (weights), 4 LDRSB, 8 AND, 8 MLA, 4 ADD; for two such
// groups 3 for the loop.
void Armv7M::AddQuad(const int8_t* /*x*/, const uint32_t* /*weights*/, const uint32_t* /*offsets*/,
                     uint32_t /*groups*/, PairSums* /*sums*/) {
// r2: from a group's inputs to its offset; r3: kBytePair
#define MCUFORGE_INPUT(word, p)          \
  "ldrsb r12, [r0], #1\n"                \
  "and.w lr, " word ", r3\n"             \
  "and.w " word ", r3, " word ", lsr #8\n" \
  "mla r8, lr, r12, " p "\n"             \
  "mla r9, " word ", r12, r9\n"
#define MCUFORGE_GROUP           \
  "ldr r9, [r0, r2]\n"           \
  "ldrd r10, r11, [r1], #8\n"    \
  MCUFORGE_INPUT("r10", "r9")    \
  MCUFORGE_INPUT("r11", "r8")    \
  "ldrd r10, r11, [r1], #8\n"    \
  MCUFORGE_INPUT("r10", "r8")    \
  MCUFORGE_INPUT("r11", "r8")    \
  "add r4, r8\n"                 \
  "add.w r5, r5, r8, asr #16\n"  \
  "add r6, r9\n"                 \
  "add.w r7, r7, r9, asr #16\n"
  asm volatile(
      "push {r4-r11, lr}\n"
      "ldr r12, [sp, #36]\n"
      "ldm r12, {r4-r7}\n"
      "subs r2, r2, r0\n"
      "add r12, r0, r3, lsl #2\n"
      "push {r12}\n"
      "lsrs r12, r3, #1\n"
      "mov r3, #0x00ff00ff\n"
      "bcs 2f\n"
      "1:\n"
      MCUFORGE_GROUP
      "2:\n"
      MCUFORGE_GROUP
      "ldr r12, [sp]\n"
      "cmp r0, r12\n"
      "bne 1b\n"
      "ldr r12, [sp, #40]\n"
      "stm r12, {r4-r7}\n"
      "pop {r3-r11, pc}\n");
#undef MCUFORGE_GROUP
#undef MCUFORGE_INPUT
}
// clang-format on

}  // namespace

void FullyConnectedQuadsS8(const FullyConnectedParams& p, int32_t multiplier,
                           const int32_t* channel_multipliers, const QuadBias* biases,
                           const uint32_t* weights, const Shortages& shortages, const int8_t* input,
                           int8_t* output) {
  FullyConnectedByQuads<Armv7M>(p, multiplier, channel_multipliers, biases, weights, shortages,
                                input, output);
}

}  // namespace nn

#endif  // MCUFORGE_V7M
