#include "nn/isa.h"

#if MCUFORGE_V6M

#include <cstddef>

#include "nn/conv_pieces_s8.h"

namespace nn {
namespace {

// What FinishPixels works on; it knows the offsets.
struct Finish {
  const ScalarChannel* channels;  // all fast
  int32_t count;                  // of them
  int32_t twice_zero_point;       // see Piece
  const uint32_t* sums;           // as ComputePiece leaves them
  int8_t* out;
  int32_t out_step;  // from pixel to pixel
};

// What the assembler knows by number.
static_assert(offsetof(Piece, columns) == 0);
static_assert(offsetof(Piece, starting) == 4);
static_assert(offsetof(Piece, pairs) == 8);
static_assert(offsetof(Piece, odd) == 12);
static_assert(offsetof(Piece, weights) == 16);
static_assert(offsetof(Piece, weights_step) == 20);
static_assert(offsetof(Piece, sums) == 24);
static_assert(offsetof(Piece, count) == 28);
static_assert(offsetof(Finish, channels) == 0);
static_assert(offsetof(Finish, count) == 4);
static_assert(offsetof(Finish, twice_zero_point) == 8);
static_assert(offsetof(Finish, sums) == 12);
static_assert(offsetof(Finish, out) == 16);
static_assert(offsetof(Finish, out_step) == 20);
static_assert(offsetof(ScalarChannel, multiplier) == 4);
static_assert(offsetof(ScalarChannel, shift) == 8);
static_assert(sizeof(ScalarChannel) == 12);

struct Armv6M {
  static constexpr bool kSumsInRegisters = false;
  static void ComputePiece(Piece* piece);
  [[gnu::naked, gnu::noipa, gnu::aligned(4)]] static void InterleaveRuns(const int8_t* const* from,
                                                                         int32_t offset,
                                                                         int32_t count,
                                                                         uint32_t* to);
};

// clang-format off
// Per 8 MACs: 1 LDM (8 inputs), 2 LDRB and 2 SXTB (weights), 4 MULS, 2 ADDS, 8 for the split.
[[gnu::naked, gnu::noipa, gnu::aligned(4)]] void AddProducts(Piece* /*piece*/) {
#define MCUFORGE_TWO_PRODUCTS(at0, at1) \
  "ldm r0!, {r2-r5}\n"                  \
  "ldrb r6, [r1, #" at0 "]\n"           \
  "sxtb r6, r6\n"                       \
  "muls r2, r6\n"                       \
  "muls r3, r6\n"                       \
  "ldrb r6, [r1, #" at1 "]\n"           \
  "sxtb r6, r6\n"                       \
  "muls r4, r6\n"                       \
  "muls r5, r6\n"                       \
  "adds r2, r4\n"                       \
  "adds r3, r5\n"                       \
  MCUFORGE_SPLIT
#define MCUFORGE_SPLIT \
  "adds r2, r7\n"      \
  "add r8, r2\n"       \
  "asrs r2, r2, #16\n" \
  "add r9, r2\n"       \
  "adds r3, r7\n"      \
  "add r10, r3\n"      \
  "asrs r3, r3, #16\n" \
  "add r11, r3\n"
  asm volatile(
      ".syntax unified\n"
      "push {r4-r7, lr}\n"
      "mov r4, r8\n"
      "mov r5, r9\n"
      "mov r6, r10\n"
      "mov r7, r11\n"
      "push {r4-r7}\n"
      "mov lr, r0\n"
      "movs r7, #1\n"
      "lsls r7, r7, #15\n"
      "mvns r7, r7\n"  // 0xffff7fff
      "ldr r1, [r0, #16]\n"
      // The loop is entered so that the pairs that are no multiple of four come first; its weights
      // begin as much earlier.
      "ldr r2, [r0, #8]\n"
      "adr r3, 2f\n"
      "adds r3, #1\n"
      "negs r5, r2\n"
      "movs r6, #3\n"
      "ands r5, r6\n"
      "movs r6, #38\n"  // bytes of two products
      "muls r6, r5\n"
      "adds r3, r6\n"
      "lsls r5, r5, #1\n"
      "adds r2, #3\n"
      "lsrs r2, r2, #2\n"
      "push {r2, r3, r5}\n"
      "1:\n"
      "mov r2, lr\n"
      "ldr r3, [r2, #24]\n"
      "ldr r0, [r2]\n"
      "ldm r3!, {r2, r4-r6}\n"
      "mov r8, r2\n"
      "mov r9, r4\n"
      "mov r10, r5\n"
      "mov r11, r6\n"
      "ldr r2, [sp]\n"
      "ldr r3, [sp, #4]\n"
      "mov r12, r2\n"
      "cmp r2, #0\n"
      "beq 3f\n"
      "ldr r5, [sp, #8]\n"
      "subs r1, r1, r5\n"
      "bx r3\n"
      ".balign 4\n"
      "2:\n"
      MCUFORGE_TWO_PRODUCTS("0", "1")
      MCUFORGE_TWO_PRODUCTS("2", "3")
      MCUFORGE_TWO_PRODUCTS("4", "5")
      MCUFORGE_TWO_PRODUCTS("6", "7")
      "adds r1, #8\n"
      "mov r6, r12\n"
      "subs r6, #1\n"
      "mov r12, r6\n"
      "bne 2b\n"
      "3:\n"
      "mov r6, lr\n"
      "ldr r2, [r6, #12]\n"
      "cmp r2, #0\n"
      "beq 4f\n"
      "ldm r0!, {r2, r3}\n"
      "ldrb r6, [r1]\n"
      "sxtb r6, r6\n"
      "adds r1, #1\n"
      "muls r2, r6\n"
      "muls r3, r6\n"
      MCUFORGE_SPLIT
      "mov r6, lr\n"
      "4:\n"
      "ldr r0, [r6, #24]\n"
      "mov r2, r8\n"
      "mov r3, r9\n"
      "mov r4, r10\n"
      "mov r5, r11\n"
      "stm r0!, {r2-r5}\n"
      "str r0, [r6, #24]\n"
      "ldr r2, [r6, #20]\n"
      "ldr r3, [r6, #28]\n"
      "adds r1, r2\n"
      "subs r3, #1\n"
      "str r3, [r6, #28]\n"
      "beq 5f\n"
      "b 1b\n"
      "5:\n"
      "add sp, #12\n"
      "pop {r4-r7}\n"
      "mov r8, r4\n"
      "mov r9, r5\n"
      "mov r10, r6\n"
      "mov r11, r7\n"
      "pop {r4-r7, pc}\n");
#undef MCUFORGE_SPLIT
#undef MCUFORGE_TWO_PRODUCTS
}

// FinishChannels for four pixels each.
[[gnu::naked, gnu::noipa, gnu::aligned(4)]] void FinishPixels(Finish* /*finish*/) {
  asm volatile(
      ".syntax unified\n"
      "push {r4-r7, lr}\n"
      "mov r4, r8\n"
      "mov r5, r9\n"
      "mov r6, r10\n"
      "mov r7, r11\n"
      "push {r4-r7}\n"
      "mov r12, r0\n"
      "movs r1, #1\n"
      "lsls r1, r1, #14\n"
      "mov r8, r1\n"
      "ldr r1, [r0, #20]\n"
      "mov r10, r1\n"
      "ldr r6, [r0, #12]\n"
      "mov r1, r12\n"
      "1:\n"
      "ldr r0, [r1]\n"
      "ldr r3, [r1, #16]\n"
      "ldr r4, [r0, #4]\n"
      "movs r7, #8\n"
      "ldrsb r7, [r0, r7]\n"
      "adds r0, #12\n"
      "str r0, [r1]\n"
      "adds r2, r3, #1\n"
      "str r2, [r1, #16]\n"
      "negs r7, r7\n"
      "ldr r0, [r1, #8]\n"
      "lsls r0, r7\n"
      "asrs r0, r0, #1\n"
      "mov r9, r0\n"
      "lsrs r5, r4, #16\n"
      "uxth r4, r4\n"
      "movs r0, #2\n"
      "mov lr, r0\n"
      "2:\n"
      "ldm r6!, {r0, r1}\n"
      "mov r11, r1\n"
      "lsls r1, r1, #16\n"
      "subs r0, r0, r1\n"
      MCUFORGE_V6M_OUTPUT("r8", "r9", "r10")
      "mov r0, r11\n"
      MCUFORGE_V6M_OUTPUT("r8", "r9", "r10")
      "mov r0, lr\n"
      "subs r0, #1\n"
      "mov lr, r0\n"
      "bne 2b\n"
      "mov r1, r12\n"
      "ldr r0, [r1, #4]\n"
      "subs r0, #1\n"
      "str r0, [r1, #4]\n"
      "bne 1b\n"
      "pop {r4-r7}\n"
      "mov r8, r4\n"
      "mov r9, r5\n"
      "mov r10, r6\n"
      "mov r11, r7\n"
      "pop {r4-r7, pc}\n");
}

// Per 4 inputs: 4 LDRSB, 2 LSLS, 2 ADDS, 2 STM, 3 for the loop.
void Armv6M::InterleaveRuns(const int8_t* const* /*from*/, int32_t /*offset*/, int32_t /*count*/,
                            uint32_t* /*to*/) {
  asm volatile(
      ".syntax unified\n"
      "push {r4-r7, lr}\n"
      "mov r5, r1\n"
      "adds r1, r1, r2\n"
      "mov r12, r1\n"
      "mov lr, r3\n"
      "ldm r0!, {r1-r4}\n"
      "mov r0, lr\n"
      "1:\n"
      "ldrsb r7, [r2, r5]\n"
      "ldrsb r6, [r1, r5]\n"
      "lsls r7, r7, #16\n"
      "adds r6, r7\n"
      "stm r0!, {r6}\n"
      "ldrsb r7, [r4, r5]\n"
      "ldrsb r6, [r3, r5]\n"
      "lsls r7, r7, #16\n"
      "adds r6, r7\n"
      "stm r0!, {r6}\n"
      "adds r5, #1\n"
      "cmp r5, r12\n"
      "bne 1b\n"
      "pop {r4-r7, pc}\n");
}
// clang-format on

void Armv6M::ComputePiece(Piece* piece) {
  uint32_t* const sums = piece->sums;
  const int32_t count = piece->count;
  if (const ScalarChannel* channel = piece->starting) {
    const uint32_t* const end = sums + kConvPixels * count;
    for (uint32_t* to = sums; to != end; to += kConvPixels, ++channel) {
      StartSums(static_cast<uint32_t>(channel->bias), piece->start, to);
    }
  }
  AddProducts(piece);
  if (piece->out) {
    Finish finish{piece->ending, count, piece->twice_zero_point, sums, piece->out, piece->out_step};
    FinishPixels(&finish);
  }
}

}  // namespace

void ConvS8(const ConvParams& p, const ChannelScales& scales, const int8_t* input,
            const int8_t* filter, const int32_t* bias, int8_t* output, void* scratch) {
  ConvByPieces<Armv6M, false, false>(p, scales, input, filter, bias, output, scratch, 0);
}

void ConvFastS8(const ConvParams& p, const ChannelScales& scales, const int8_t* input,
                const int8_t* filter, const int32_t* bias, int8_t* output, void* scratch) {
  ConvByPieces<Armv6M, true, false>(p, scales, input, filter, bias, output, scratch, 0);
}

void ConvStripsS8(const ConvParams& p, const ChannelScales& scales, const int8_t* input,
                  const int8_t* filter, const int32_t* bias, int8_t* output, void* scratch,
                  int32_t rows) {
  ConvByPieces<Armv6M, false, true>(p, scales, input, filter, bias, output, scratch, rows);
}

void ConvFastStripsS8(const ConvParams& p, const ChannelScales& scales, const int8_t* input,
                      const int8_t* filter, const int32_t* bias, int8_t* output, void* scratch,
                      int32_t rows) {
  ConvByPieces<Armv6M, true, true>(p, scales, input, filter, bias, output, scratch, rows);
}

void ConvReadyS8(const ConvParams& p, const int32_t* channels, const int8_t* input,
                 const int8_t* filter, int8_t* output, void* scratch) {
  ConvReadyByPieces<Armv6M, false>(p, channels, input, filter, output, scratch, 0);
}

void ConvReadyStripsS8(const ConvParams& p, const int32_t* channels, const int8_t* input,
                       const int8_t* filter, int8_t* output, void* scratch, int32_t rows) {
  ConvReadyByPieces<Armv6M, true>(p, channels, input, filter, output, scratch, rows);
}

}  // namespace nn

#endif  // MCUFORGE_V6M
