#include "nn/isa.h"

#if MCUFORGE_V7M

// What surrounds the assembler is worth fewer bytes.
#pragma GCC optimize("Os")

#include <cstddef>

#include "nn/conv_pieces_s8.h"

namespace nn {
namespace {

// What the assembler knows by number.
static_assert(offsetof(Piece, columns) == 0);
static_assert(offsetof(Piece, starting) == 4);
static_assert(offsetof(Piece, pairs) == 8);
static_assert(offsetof(Piece, odd) == 12);
static_assert(offsetof(Piece, weights) == 16);
static_assert(offsetof(Piece, weights_step) == 20);
static_assert(offsetof(Piece, sums) == 24);
static_assert(offsetof(Piece, count) == 28);
static_assert(offsetof(Piece, start) == 32);
static_assert(offsetof(Piece, ending) == 36);
static_assert(offsetof(Piece, out) == 40);
static_assert(offsetof(Piece, out_step) == 44);
static_assert(offsetof(Piece, twice_zero_point) == 48);
static_assert(offsetof(ScalarChannel, bias) == 0);
static_assert(offsetof(ScalarChannel, multiplier) == 4);
static_assert(offsetof(ScalarChannel, shift) == 8);
static_assert(sizeof(ScalarChannel) == 12);

struct Armv7M {
  static constexpr bool kSumsInRegisters = true;
  [[gnu::naked, gnu::noipa, gnu::aligned(4)]] static void ComputePiece(Piece* piece);
  [[gnu::naked, gnu::noipa, gnu::aligned(4)]] static void InterleaveRuns(const int8_t* const* from,
                                                                         int32_t offset,
                                                                         int32_t count,
                                                                         uint32_t* to);
};

// clang-format off
// Per 8 MACs: 1 LDM (8 inputs), 2 LDRSB (weights), 4 MLA, 4 ADD (the split). Per output 7.
void Armv7M::ComputePiece(Piece* /*piece*/) {
#define MCUFORGE_TWO_PRODUCTS   \
  "ldm.n r0!, {r2-r5}\n"        \
  "ldrsb r10, [r1], #1\n"       \
  "mla r2, r2, r10, r11\n"      \
  "mla r3, r3, r10, r11\n"      \
  "ldrsb r10, [r1], #1\n"       \
  "mla r2, r4, r10, r2\n"       \
  "mla r3, r5, r10, r3\n"       \
  "add.w r6, r6, r2\n"          \
  "add.w r7, r7, r2, asr #16\n" \
  "add.w r8, r8, r3\n"          \
  "add.w r9, r9, r3, asr #16\n"
#define MCUFORGE_OUTPUT(acc, at) MCUFORGE_V7M_OUTPUT(acc, at, "r2", "r12", "r10", "r5")
  asm volatile(
      "push {r4-r11, lr}\n"
      "mov lr, r0\n"
      "movw r11, #0x7fff\n"
      "movt r11, #0xffff\n"
      "ldr r1, [lr, #16]\n"
      // An odd product comes first, then the pairs that are no multiple of four.
      "ldr r2, [lr, #8]\n"
      "adr.w r3, 4f + 1\n"
      "adr.w r4, 5f + 1\n"
      "rsb r5, r2, #0\n"
      "and r5, #3\n"
      "movs r6, #42\n"  // bytes of two products
      "mla r3, r5, r6, r3\n"
      "cmp r2, #0\n"
      "it eq\n"
      "moveq r3, r4\n"
      "add r2, #3\n"
      "lsrs r2, r2, #2\n"
      "ldr r5, [lr, #12]\n"
      "mov r4, r3\n"
      "cbz r5, 1f\n"
      "adr.w r4, 9f + 1\n"
      "1:\n"
      "push {r2-r4}\n"
      "1:\n"  // a channel
      "ldrd r0, r2, [lr]\n"
      "cbz r2, 3f\n"
      "ldr r3, [lr, #32]\n"
      "ldr r7, [r2], #12\n"
      "str r2, [lr, #4]\n"
      "add r6, r7, r7, lsl #16\n"
      "sub r6, r3\n"
      "mov r8, r6\n"
      "mov r9, r7\n"
      "2:\n"
      "ldr r12, [sp]\n"
      "ldr pc, [sp, #8]\n"
      "3:\n"
      "ldr r12, [lr, #24]\n"
      "ldm r12, {r6-r9}\n"
      "b 2b\n"
      "9:\n"
      "ldm r0!, {r2, r3}\n"
      "ldrsb r10, [r1], #1\n"
      "mla r2, r2, r10, r11\n"
      "mla r3, r3, r10, r11\n"
      "add r6, r2\n"
      "add r7, r7, r2, asr #16\n"
      "add r8, r3\n"
      "add r9, r9, r3, asr #16\n"
      "ldr pc, [sp, #4]\n"
      "4:\n"
      MCUFORGE_TWO_PRODUCTS
      MCUFORGE_TWO_PRODUCTS
      MCUFORGE_TWO_PRODUCTS
      MCUFORGE_TWO_PRODUCTS
      "subs r12, #1\n"
      "bne 4b\n"
      "5:\n"
      "ldr r0, [lr, #40]\n"
      "cbnz r0, 6f\n"
      "ldrd r12, r4, [lr, #24]\n"
      "ldr r5, [lr, #20]\n"
      "stm r12!, {r6-r9}\n"
      "b 7f\n"
      "6:\n"
      "ldr r12, [lr, #36]\n"
      "ldrd r4, r5, [lr, #44]\n"
      "add r10, r0, #1\n"
      "ldr r2, [r12, #4]\n"
      "ldrsb r3, [r12, #8]\n"
      "add r12, #12\n"
      "strd r12, r10, [lr, #36]\n"
      "rsb r3, r3, #0\n"
      "lsl r12, r5, r3\n"
      "asr r12, r12, #1\n"
      "sub r6, r6, r7, lsl #16\n"
      "sub r8, r8, r9, lsl #16\n"
      MCUFORGE_OUTPUT("r6", "")
      MCUFORGE_OUTPUT("r7", ", r4")
      MCUFORGE_OUTPUT("r8", ", r4, lsl #1")
      "add r0, r0, r4, lsl #1\n"
      MCUFORGE_OUTPUT("r9", ", r4")
      "ldrd r12, r4, [lr, #24]\n"
      "ldr r5, [lr, #20]\n"
      "add r12, #16\n"
      "7:\n"
      "add r1, r5\n"
      "subs r4, #1\n"
      "strd r12, r4, [lr, #24]\n"
      "bne 1b\n"
      "add sp, #12\n"
      "pop {r4-r11, pc}\n");
#undef MCUFORGE_OUTPUT
#undef MCUFORGE_TWO_PRODUCTS
}

// Per 4 inputs: 4 LDRSB, 2 ADD, 1 STRD.
void Armv7M::InterleaveRuns(const int8_t* const* /*from*/, int32_t /*offset*/, int32_t /*count*/,
                            uint32_t* /*to*/) {
#define MCUFORGE_FOUR_INPUTS  \
  "ldrsb r4, [r0], #1\n"      \
  "ldrsb r5, [r12], #1\n"     \
  "ldrsb r6, [lr], #1\n"      \
  "ldrsb r7, [r1], #1\n"      \
  "add r4, r4, r5, lsl #16\n" \
  "add r6, r6, r7, lsl #16\n" \
  "strd r4, r6, [r3], #8\n"
  asm volatile(
      "push {r4-r7, lr}\n"
      "ldm r0, {r4-r7}\n"
      "add r0, r4, r1\n"
      "add r12, r5, r1\n"
      "add lr, r6, r1\n"
      "add r1, r7\n"
      "lsrs r2, r2, #1\n"
      "bcc 1f\n"
      MCUFORGE_FOUR_INPUTS
      "cbz r2, 2f\n"
      "1:\n"
      MCUFORGE_FOUR_INPUTS
      MCUFORGE_FOUR_INPUTS
      "subs r2, #1\n"
      "bne 1b\n"
      "2:\n"
      "pop {r4-r7, pc}\n");
#undef MCUFORGE_FOUR_INPUTS
}
// clang-format on

}  // namespace

void ConvS8(const ConvParams& p, const ChannelScales& scales, const int8_t* input,
            const int8_t* filter, const int32_t* bias, int8_t* output, void* scratch) {
  ConvByPieces<Armv7M, false, false>(p, scales, input, filter, bias, output, scratch, 0);
}

void ConvFastS8(const ConvParams& p, const ChannelScales& scales, const int8_t* input,
                const int8_t* filter, const int32_t* bias, int8_t* output, void* scratch) {
  ConvByPieces<Armv7M, true, false>(p, scales, input, filter, bias, output, scratch, 0);
}

void ConvStripsS8(const ConvParams& p, const ChannelScales& scales, const int8_t* input,
                  const int8_t* filter, const int32_t* bias, int8_t* output, void* scratch,
                  int32_t rows) {
  ConvByPieces<Armv7M, false, true>(p, scales, input, filter, bias, output, scratch, rows);
}

void ConvFastStripsS8(const ConvParams& p, const ChannelScales& scales, const int8_t* input,
                      const int8_t* filter, const int32_t* bias, int8_t* output, void* scratch,
                      int32_t rows) {
  ConvByPieces<Armv7M, true, true>(p, scales, input, filter, bias, output, scratch, rows);
}

void ConvReadyS8(const ConvParams& p, const int32_t* channels, const int8_t* input,
                 const int8_t* filter, int8_t* output, void* scratch) {
  ConvReadyByPieces<Armv7M, false>(p, channels, input, filter, output, scratch, 0);
}

void ConvReadyStripsS8(const ConvParams& p, const int32_t* channels, const int8_t* input,
                       const int8_t* filter, int8_t* output, void* scratch, int32_t rows) {
  ConvReadyByPieces<Armv7M, true>(p, channels, input, filter, output, scratch, rows);
}

}  // namespace nn

#endif  // MCUFORGE_V7M
