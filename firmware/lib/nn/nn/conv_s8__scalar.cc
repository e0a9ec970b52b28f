#if !MCUFORGE_ISA_DSP && !MCUFORGE_ISA_MVE

#if !__ARM_ARCH_6M__
// What surrounds the assembler is worth fewer bytes; on Armv6-M it takes more of the time.
#pragma GCC optimize("Os")
#endif

#include "nn/conv_s8.h"
#include "nn/scalar.h"

// Four output pixels at a time, as two pairs: a word of the gathered columns is x0 + x1 * 2^16, the
// inputs of a pair's two pixels, and one multiplication by a weight gives both products. Two of
// them (at most 2 * 128 * 128 in magnitude) can be summed up before they are split into two 32-bit
// accumulators. The zero point is taken off through the sum of a channel's weights.
//
// A window is worked off in pieces, so that scratch is small whatever its size; accumulators wait
// in scratch between the pieces.

namespace nn {
namespace {

constexpr int32_t kPixels = 4;

// What is added before a sum of two products is split, so that its low half is in [0, 2^16) and its
// high half cannot overflow, even by (-128 * -128) * 2: the high half is then the second pixel's
// sum
// - 1, the low half the first one's + 0x7fff.
constexpr uint32_t kSplitOffset = 0x7fff - 0x10000;

// What ComputePiece works on; it knows the offsets. Some fields advance.
struct Piece {
  const uint32_t* columns;        // two words a product: pixels 0 and 1, pixels 2 and 3
  const ScalarChannel* starting;  // in a window's first piece; sums start from their biases
  int32_t pairs;                  // of products
  int32_t odd;                    // one more product or none
  const int8_t* weights;          // of the first channel
  int32_t weights_step;           // from the end of a channel's weights to the next channel's
  uint32_t* sums;                 // kPixels a channel: of each pair see Unpair
  int32_t count;                  // of channels, at least 1
  uint32_t start;                 // see StartSums
  const ScalarChannel* ending;    // in the last piece of a window whose channels are all fast
  int8_t* out;                    // of these; null in other pieces
  int32_t out_step;               // from pixel to pixel
  int32_t twice_zero_point;       // of the output, and 1: what FastAddend shifts
};

// From what ComputePiece leaves to a pair's accumulators: the sum of all sums of two products and
// the sum of their high halves.
void Unpair(uint32_t* sums, int32_t channels) {
  for (int32_t i = 0; i < 2 * channels; ++i, sums += 2) {
    sums[0] -= sums[1] << 16;
  }
}

// What a channel's sums are before the first product: `second` is its bias and the number of splits
// to come, of which each takes one off; `start` is what the splits add to the low halves.
inline void StartSums(uint32_t second, uint32_t start, uint32_t* sums) {
  sums[0] = sums[2] = second * 0x10001 - start;
  sums[1] = sums[3] = second;
}

#if __ARM_ARCH_6M__
constexpr bool kSumsInRegisters = false;

// What FinishPixels works on; it knows the offsets.
struct Finish {
  const ScalarChannel* channels;  // all fast
  int32_t count;                  // of them
  int32_t twice_zero_point;       // see Piece
  const uint32_t* sums;           // as ComputePiece leaves them
  int8_t* out;
  int32_t out_step;  // from pixel to pixel
};

// Per 8 MACs: 1 LDM (8 inputs), 2 LDRB and 2 SXTB (weights), 4 MULS, 2 ADDS, 8 for the split.
[[gnu::naked, gnu::noipa, gnu::aligned(4)]] void AddProducts(Piece* /*piece*/) {
#define MCUFORGE_TWO_PRODUCTS(at0, at1) \
  "ldm r0!, {r2-r5}\n"                  \
  "ldrb r6, [r1, #" at0                 \
  "]\n"                                 \
  "sxtb r6, r6\n"                       \
  "muls r2, r6\n"                       \
  "muls r3, r6\n"                       \
  "ldrb r6, [r1, #" at1                 \
  "]\n"                                 \
  "sxtb r6, r6\n"                       \
  "muls r4, r6\n"                       \
  "muls r5, r6\n"                       \
  "adds r2, r4\n"                       \
  "adds r3, r5\n" MCUFORGE_SPLIT
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
      "2:\n" MCUFORGE_TWO_PRODUCTS("0", "1") MCUFORGE_TWO_PRODUCTS("2", "3") MCUFORGE_TWO_PRODUCTS("4", "5") MCUFORGE_TWO_PRODUCTS("6", "7")
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
      "muls r3, r6\n" MCUFORGE_SPLIT
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

// As FinishChannels.
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
      "1:\n"
      "mov r1, r12\n"
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
      "subs r0, r0, r1\n" MCUFORGE_V6M_OUTPUT("r8", "r9", "r10") "mov r0, r11\n" MCUFORGE_V6M_OUTPUT("r8", "r9", "r10")
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

void ComputePiece(Piece* piece) {
  uint32_t* const sums = piece->sums;
  const int32_t count = piece->count;
  if (piece->starting) {
    for (int32_t c = 0; c < count; ++c) {
      StartSums(static_cast<uint32_t>(piece->starting[c].bias), piece->start, sums + kPixels * c);
    }
  }
  AddProducts(piece);
  if (piece->out) {
    Finish finish{piece->ending, count, piece->twice_zero_point, sums, piece->out, piece->out_step};
    FinishPixels(&finish);
  }
}
#elif __ARM_ARCH_7M__
constexpr bool kSumsInRegisters = true;

// Per 8 MACs: 1 LDM (8 inputs), 2 LDRSB (weights), 4 MLA, 4 ADD (the split). Per output 7, of which
// one is SMLAL: on to what rounds, the addend, and the one that negatives lose; whether an
// accumulator or its product is negative differs only where both round to 0.
[[gnu::naked, gnu::noipa, gnu::aligned(4)]] void ComputePiece(Piece* /*piece*/) {
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
// r2 multiplier, r3 right, r12 addend.
#define MCUFORGE_OUTPUT(acc, at) \
  "lsl " acc ", " acc            \
  ", #1\n"                       \
  "mov r10, #0x80000000\n"       \
  "add r5, r12, " acc            \
  ", asr #31\n"                  \
  "smlal r10, r5, " acc          \
  ", r2\n"                       \
  "asr r5, r3\n"                 \
  "ssat r5, #8, r5\n"            \
  "strb r5, [r0" at "]\n"
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
      "4:\n" MCUFORGE_TWO_PRODUCTS MCUFORGE_TWO_PRODUCTS MCUFORGE_TWO_PRODUCTS MCUFORGE_TWO_PRODUCTS
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
#else
constexpr bool kSumsInRegisters = true;

void ComputePiece(Piece* piece) {
  const int8_t* w = piece->weights;
  for (int32_t c = 0; c < piece->count; ++c, w += piece->weights_step) {
    uint32_t own[kPixels];
    uint32_t* const sums = piece->starting && piece->out ? own : piece->sums + kPixels * c;
    if (piece->starting) {
      StartSums(static_cast<uint32_t>(piece->starting[c].bias), piece->start, sums);
    }
    const auto split = [&](uint32_t* pair, uint32_t two) {
      pair[0] += two;
      pair[1] += static_cast<uint32_t>(static_cast<int32_t>(two) >> 16);
    };
    const uint32_t* x = piece->columns;
    if (piece->odd) {
      const uint32_t w0 = static_cast<uint32_t>(*w++);
      split(sums, x[0] * w0 + kSplitOffset);
      split(sums + 2, x[1] * w0 + kSplitOffset);
      x += 2;
    }
    for (int32_t i = 0; i < piece->pairs; ++i, x += 4, w += 2) {
      const uint32_t w0 = static_cast<uint32_t>(w[0]);
      const uint32_t w1 = static_cast<uint32_t>(w[1]);
      split(sums, x[0] * w0 + x[2] * w1 + kSplitOffset);
      split(sums + 2, x[1] * w0 + x[3] * w1 + kSplitOffset);
    }
    if (piece->out) {
      Unpair(sums, 1);
      FinishChannels(piece->ending + c, 1, piece->twice_zero_point >> 1,
                     reinterpret_cast<const int32_t*>(sums), kPixels, kPixels, piece->out + c,
                     piece->out_step);
    }
  }
}
#endif

// `count` times an input of each of four pixels, from `offset` on, as two words: pixels 0 and 1,
// pixels 2 and 3.
#if __ARM_ARCH_6M__
// Per 4 inputs: 4 LDRSB, 2 LSLS, 2 ADDS, 2 STM, 3 for the loop.
[[gnu::naked, gnu::noipa, gnu::aligned(4)]] void InterleaveRuns(const int8_t* const* /*from*/,
                                                                int32_t /*offset*/,
                                                                int32_t /*count*/,
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
#elif __ARM_ARCH_7M__
// Per 4 inputs: 4 LDRSB, 2 ADD, 1 STRD.
[[gnu::naked, gnu::noipa, gnu::aligned(4)]] void InterleaveRuns(const int8_t* const* /*from*/,
                                                                int32_t /*offset*/,
                                                                int32_t /*count*/,
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
      "bcc 1f\n" MCUFORGE_FOUR_INPUTS
      "cbz r2, 2f\n"
      "1:\n" MCUFORGE_FOUR_INPUTS MCUFORGE_FOUR_INPUTS
      "subs r2, #1\n"
      "bne 1b\n"
      "2:\n"
      "pop {r4-r7, pc}\n");
#undef MCUFORGE_FOUR_INPUTS
}
#else
void InterleaveRuns(const int8_t* const* from, int32_t offset, int32_t count, uint32_t* to) {
  for (const int32_t end = offset + count; offset != end; ++offset, to += 2) {
    to[0] = static_cast<uint32_t>(from[0][offset] + from[1][offset] * (1 << 16));
    to[1] = static_cast<uint32_t>(from[2][offset] + from[3][offset] * (1 << 16));
  }
}
#endif

// A walk through the windows of four pixels, in the order of a filter's weights.
struct Windows {
  const int8_t* first[kPixels];  // tap of each, which may lie outside of the image
  int32_t y[kPixels];
  int32_t x[kPixels];
  bool inside;         // all of them, whole
  bool rows_are_runs;  // the taps of a kernel row lie inside of all images, side by side
  int32_t ky, kx;      // where the walk is; kx stays 0 if rows are runs
  int32_t row_step;    // from a kernel row's first tap to the next one's
  int32_t row;         // offset of a kernel row's first tap from the window's
  int32_t offset;      // of the next input
  int32_t run;         // inputs side by side: of a tap or of a row of them
  int32_t run_left;    // in the one that the walk is in
};

constexpr int32_t kPaddingRun = 16;

// The next `count` products of all four windows as words of two inputs each. padding: kPaddingRun
// times the input's zero point.
void Gather(const ConvParams& p, const int8_t* padding, Windows* w, int32_t count, uint32_t* to) {
  while (count != 0) {
    int32_t run = w->run_left < count ? w->run_left : count;
    if (w->inside) {
      InterleaveRuns(w->first, w->offset, run, to);
    } else {
      run = run < kPaddingRun ? run : kPaddingRun;
      const int32_t tap_y = w->ky * p.dilation_h;
      const int32_t tap_x = w->kx * p.dilation_w;
      const int8_t* from[kPixels];
      for (int32_t i = 0; i < kPixels; ++i) {
        const bool meets = static_cast<uint32_t>(w->y[i] + tap_y) < p.in_h &&
                           static_cast<uint32_t>(w->x[i] + tap_x) < p.in_w;
        from[i] = meets ? w->first[i] + w->offset : padding;
      }
      InterleaveRuns(from, 0, run, to);
    }
    to += 2 * run;
    count -= run;
    w->offset += run;
    w->run_left -= run;
    if (w->run_left == 0) {
      w->run_left = w->run;
      if (w->rows_are_runs || ++w->kx == p.kernel_w) {
        w->kx = 0;
        ++w->ky;
        w->row += w->row_step;
        w->offset = w->row;
      } else {
        w->offset += p.dilation_w * p.in_c - p.filter_c;
      }
    }
  }
}

// A walk over the output's pixels: where their windows begin in the input.
struct Corner {
  const int8_t* tap;
  int32_t y, x;
  int32_t end_y, end_x;  // beyond the last pixel of an image
  int32_t tap_step, line_step,
      image_step;  // to the next pixel; more at the end of a line, an image

  void Next(const ConvParams& p) {
    tap += tap_step;
    x += p.stride_w;
    if (x == end_x) {
      x = -p.pad_left;
      tap += line_step;
      y += p.stride_h;
      if (y == end_y) {
        y = -p.pad_top;
        tap += image_step;
      }
    }
  }
  void Back(const ConvParams& p) {
    if (x == -p.pad_left) {
      if (y == -p.pad_top) {
        tap -= image_step;
        y = end_y;
      }
      y -= p.stride_h;
      tap -= line_step;
      x = end_x;
    }
    x -= p.stride_w;
    tap -= tap_step;
  }
};

Corner FirstCorner(const ConvParams& p, const int8_t* image) {
  Corner c;
  c.y = -p.pad_top;
  c.x = -p.pad_left;
  c.end_y = c.y + p.out_h * p.stride_h;
  c.end_x = c.x + p.out_w * p.stride_w;
  c.tap = image + (c.y * p.in_w + c.x) * p.in_c;
  c.tap_step = p.stride_w * p.in_c;
  c.line_step = (p.stride_h * p.in_w - p.out_w * p.stride_w) * p.in_c;
  c.image_step = (p.in_h - p.out_h * p.stride_h) * p.in_w * p.in_c;
  return c;
}

// Of a channel's weights.
int32_t Sum(const int8_t* w, int32_t count) {
  int32_t sum = 0;
  for (; count >= 4; count -= 4, w += 4) {
    sum += w[0] + w[1] + w[2] + w[3];
  }
  for (; count != 0; --count) {
    sum += *w++;
  }
  return sum;
}

// The size of the next piece; unit_left: what is left of its tap or window, 0 before the first.
inline int32_t NextPiece(int32_t max_piece, int32_t unit, int32_t* unit_left) {
  if (*unit_left == 0) {
    *unit_left = unit;
  }
  const int32_t count = *unit_left < max_piece ? *unit_left : max_piece;
  *unit_left -= count;
  return count;
}

// Of a window's pieces: how often sums are split.
int32_t CountSplits(int32_t max_piece, int32_t unit, int32_t products) {
  int32_t splits = 0;
  for (int32_t left = products, unit_left = 0; left != 0;) {
    const int32_t count = NextPiece(max_piece, unit, &unit_left);
    left -= count;
    splits += (count + 1) >> 1;
  }
  return splits;
}

}  // namespace

void ConvS8(const ConvParams& p, const ChannelScales& scales, const int8_t* input,
            const int8_t* filter, const int32_t* bias, int8_t* output, void* scratch) {
  const int32_t products = p.kernel_h * p.kernel_w * p.filter_c;
  const int32_t group_channels = p.out_c / (p.in_c / p.filter_c);
  const int32_t pixels = p.batches * p.out_h * p.out_w;
  ScalarChannel* const channels = static_cast<ScalarChannel*>(scratch);

  // Windows of a single piece need no room for sums if all channels are fast: it takes the columns,
  // and more channels.
  const int32_t scratch_bytes = static_cast<int32_t>(ConvS8ScratchBytes(p, Isa::kScalar));
  const int32_t columns_bytes = 8 * products;
  const int32_t single_block =
      (scratch_bytes - columns_bytes) / static_cast<int32_t>(sizeof(ScalarChannel));
  const bool may_be_single = kSumsInRegisters && single_block >= ConvS8ScalarChannels(p);

  // A window that begins before these is inside of the image, if it does not begin outside.
  const int32_t span_h = (p.kernel_h - 1) * p.dilation_h;
  const int32_t span_w = (p.kernel_w - 1) * p.dilation_w;
  const uint32_t inside_h = static_cast<uint32_t>(p.in_h > span_h ? p.in_h - span_h : 0);
  const uint32_t inside_w = static_cast<uint32_t>(p.in_w > span_w ? p.in_w - span_w : 0);
  const bool taps_are_runs = p.dilation_w == 1 && p.filter_c == p.in_c;
  // Groups of pixels: the last one starts early enough to be whole; fewer pixels than that are
  // computed one by one, each as all four.
  const bool one_by_one = pixels < kPixels;
  int8_t padding[kPaddingRun];
  for (int8_t& x : padding) {
    x = p.in_zero_point;
  }

  for (int32_t first = 0, end; first < p.out_c; first = end) {
    const int32_t group = first / group_channels;
    const int32_t group_end = (group + 1) * group_channels;
    const int32_t block = may_be_single ? single_block : kConvS8ScalarBlock;
    end = first + block < group_end ? first + block : group_end;
    const int8_t* const weights = filter + first * products;
    bool fast = true;
    for (int32_t c = first; c < end; ++c) {
      channels[c - first] = MakeScalarChannel(ChannelRequant(scales, static_cast<uint32_t>(c)),
                                              bias ? bias[c] : 0, static_cast<uint32_t>(products));
      channels[c - first].bias -= p.in_zero_point * Sum(filter + c * products, products);
      fast = fast && channels[c - first].fast;
    }
    const bool single = may_be_single && fast;
    if (!single && end > first + kConvS8ScalarBlock) {
      end = first + kConvS8ScalarBlock;
    }
    uint32_t* const sums = reinterpret_cast<uint32_t*>(channels + ConvS8ScalarChannels(p));
    uint32_t* const columns = single ? reinterpret_cast<uint32_t*>(channels + (end - first))
                                     : sums + kPixels * ConvS8ScalarChannels(p);
    // Pieces do not cross the end of a tap that is larger, nor of the window.
    const int32_t max_piece = single ? products : ConvS8ScalarPiece(p);
    const int32_t unit = p.filter_c > max_piece ? p.filter_c : products;
    const int32_t splits = CountSplits(max_piece, unit, products);
    for (int32_t c = 0; c < end - first; ++c) {
      channels[c].bias += splits;
    }

    Corner corner = FirstCorner(p, input + group * p.filter_c);
    Windows windows;
    windows.row_step = p.dilation_h * p.in_w * p.in_c;
    const int32_t out_step = one_by_one ? 0 : p.out_c;
    Piece piece;
    piece.columns = columns;
    piece.start = static_cast<uint32_t>(splits) * 0x8000;
    piece.out_step = out_step;
    piece.twice_zero_point = 2 * p.out_zero_point + 1;
    for (int32_t pixel = 0, next; pixel < pixels; pixel = next) {
      next = one_by_one ? pixel + 1 : pixel + kPixels;
      for (; next > pixels; --next, --pixel) {
        corner.Back(p);
      }
      int8_t* const out = output + pixel * p.out_c + first;
      bool columns_inside = true;
      bool rows_inside = true;
      for (int32_t i = 0; i < kPixels; ++i) {
        windows.first[i] = corner.tap;
        windows.y[i] = corner.y;
        windows.x[i] = corner.x;
        columns_inside = columns_inside && static_cast<uint32_t>(corner.x) < inside_w;
        rows_inside = rows_inside && static_cast<uint32_t>(corner.y) < inside_h;
        if (!one_by_one || i == kPixels - 1) {
          corner.Next(p);
        }
      }
      windows.inside = columns_inside && rows_inside;
      windows.rows_are_runs = columns_inside && taps_are_runs;
      windows.run = windows.rows_are_runs ? p.kernel_w * p.filter_c : p.filter_c;
      windows.run_left = windows.run;
      windows.ky = windows.kx = windows.row = windows.offset = 0;
      for (int32_t begin = 0, unit_left = 0; begin < products;) {
        const int32_t count = NextPiece(max_piece, unit, &unit_left);
        Gather(p, padding, &windows, count, columns);
        const bool last = begin + count == products;
        piece.starting = begin == 0 ? channels : nullptr;
        piece.pairs = count >> 1;
        piece.odd = count & 1;
        piece.weights = weights + begin;
        piece.weights_step = products - count;
        piece.sums = sums;
        piece.count = end - first;
        piece.ending = channels;
        piece.out = fast && last ? out : nullptr;
        ComputePiece(&piece);
        begin += count;
      }
      if (!fast) {
        Unpair(sums, end - first);
        FinishChannels(channels, end - first, p.out_zero_point,
                       reinterpret_cast<const int32_t*>(sums), kPixels, kPixels, out, out_step);
      }
    }
  }
  ClampAll(output, static_cast<uint32_t>(pixels * p.out_c), p.out_min, p.out_max);
}

}  // namespace nn

#endif  // !MCUFORGE_ISA_DSP && !MCUFORGE_ISA_MVE
