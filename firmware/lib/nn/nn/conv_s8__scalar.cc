#if !MCUFORGE_ISA_DSP && !MCUFORGE_ISA_MVE

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

// What AddProducts works on; it knows the offsets. The pointers and `channels` advance.
struct Piece {
  const uint32_t* columns;  // two words a product: pixels 0 and 1, pixels 2 and 3
  int32_t pairs;            // of products
  int32_t odd;              // one more product or none
  const int8_t* weights;    // of the first channel
  int32_t weights_step;     // from the end of a channel's weights to the next channel's
  uint32_t* sums;           // kPixels a channel: of each pair see Unpair
  int32_t channels;         // at least 1
};

// From what AddProducts leaves to a pair's accumulators: the sum of all sums of two products and
// the sum of their high halves.
void Unpair(uint32_t* sums, int32_t channels) {
  for (int32_t i = 0; i < 2 * channels; ++i, sums += 2) {
    sums[0] -= sums[1] << 16;
  }
}

// What FinishPixels works on; it knows the offsets.
struct Finish {
  const ScalarChannel* channels;  // all fast
  int32_t count;                  // of them
  int32_t out_zero_point;
  const uint32_t* sums;  // as AddProducts leaves them
  int8_t* out;
  int32_t out_step;  // from pixel to pixel
};

#if __ARM_ARCH_6M__
// Per 8 MACs: 1 LDM (8 inputs), 2 LDRB and 2 SXTB (weights), 4 MULS, 2 ADDS, 8 for the split.
[[gnu::naked]] void AddProducts(Piece* /*piece*/) {
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
      "ldr r1, [r0, #12]\n"
      // The loop is entered so that the pairs that are no multiple of four come first; its weights
      // begin as much earlier.
      "ldr r2, [r0, #4]\n"
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
      "ldr r3, [r2, #20]\n"
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
      "ldr r2, [r6, #8]\n"
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
      "ldr r0, [r6, #20]\n"
      "mov r2, r8\n"
      "mov r3, r9\n"
      "mov r4, r10\n"
      "mov r5, r11\n"
      "stm r0!, {r2-r5}\n"
      "str r0, [r6, #20]\n"
      "ldr r2, [r6, #16]\n"
      "ldr r3, [r6, #24]\n"
      "adds r1, r2\n"
      "subs r3, #1\n"
      "str r3, [r6, #24]\n"
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
[[gnu::naked]] void FinishPixels(Finish* /*finish*/) {
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
      "movs r1, #1\n"
      "lsls r1, r7\n"
      "lsrs r1, r1, #1\n"
      "adds r0, r1\n"
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
#elif __ARM_ARCH_7M__
// As FinishChannels: 10 instructions an output.
[[gnu::naked]] void FinishPixels(Finish* /*finish*/) {
// From accumulator to output: r6 multiplier, r7 right, r8 addend.
#define MCUFORGE_OUTPUT(acc)   \
  "lsl " acc ", " acc          \
  ", #1\n"                     \
  "smull r9, " acc ", " acc    \
  ", r6\n"                     \
  "adds r9, r9\n"              \
  "adc " acc ", " acc          \
  ", #0\n"                     \
  "add " acc ", " acc ", " acc \
  ", asr #31\n"                \
  "add " acc                   \
  ", r8\n"                     \
  "asr " acc ", " acc          \
  ", r7\n"                     \
  "ssat " acc ", #8, " acc     \
  "\n"                         \
  "strb " acc                  \
  ", [r10]\n"                  \
  "add r10, r11\n"
  asm volatile(
      "push {r4-r11, lr}\n"
      "ldm r0, {r0-r3, r4, r11}\n"
      "mov r12, r4\n"
      "mov lr, #1\n"
      "1:\n"
      "mov r10, r12\n"
      "ldr r6, [r0, #4]\n"
      "ldrsb r7, [r0, #8]\n"
      "add r0, #12\n"
      "rsb r7, r7, #0\n"
      "lsl r8, lr, r7\n"
      "lsl r9, r2, r7\n"
      "add r8, r9, r8, lsr #1\n"
      "ldr r4, [r3], #4\n"
      "ldr r5, [r3], #4\n"
      "sub r4, r4, r5, lsl #16\n" MCUFORGE_OUTPUT("r4") MCUFORGE_OUTPUT("r5")
      "ldr r4, [r3], #4\n"
      "ldr r5, [r3], #4\n"
      "sub r4, r4, r5, lsl #16\n" MCUFORGE_OUTPUT("r4") MCUFORGE_OUTPUT("r5")
      "add r12, #1\n"
      "subs r1, #1\n"
      "bne 1b\n"
      "pop {r4-r11, pc}\n");
#undef MCUFORGE_OUTPUT
}

// Per 8 MACs: 1 LDM (8 inputs), 2 LDRSB (weights), 4 MLA, 4 ADD (the split).
[[gnu::naked]] void AddProducts(Piece* /*piece*/) {
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
  asm volatile(
      "push {r4-r11, lr}\n"
      "mov lr, r0\n"
      "movw r11, #0x7fff\n"
      "movt r11, #0xffff\n"
      "ldr r1, [lr, #12]\n"
      // The loop is entered so that the pairs that are no multiple of four come first.
      "ldr r2, [lr, #4]\n"
      "adr.w r3, 2f + 1\n"
      "adr.w r4, 3f + 1\n"
      "rsb r5, r2, #0\n"
      "and r5, #3\n"
      "movs r6, #42\n"  // bytes of two products
      "mla r3, r5, r6, r3\n"
      "cmp r2, #0\n"
      "it eq\n"
      "moveq r3, r4\n"
      "add r2, #3\n"
      "lsrs r2, r2, #2\n"
      "push {r2, r3}\n"
      "1:\n"
      "ldr r12, [lr, #20]\n"
      "ldm r12, {r6-r9}\n"
      "ldr r0, [lr]\n"
      "ldrd r12, r10, [sp]\n"
      "bx r10\n"
      "2:\n" MCUFORGE_TWO_PRODUCTS MCUFORGE_TWO_PRODUCTS MCUFORGE_TWO_PRODUCTS MCUFORGE_TWO_PRODUCTS
      "subs r12, #1\n"
      "bne 2b\n"
      "3:\n"
      "ldr r2, [lr, #8]\n"
      "cbz r2, 4f\n"
      "ldm r0, {r2, r3}\n"
      "ldrsb r10, [r1], #1\n"
      "mla r2, r2, r10, r11\n"
      "mla r3, r3, r10, r11\n"
      "add r6, r2\n"
      "add r7, r7, r2, asr #16\n"
      "add r8, r3\n"
      "add r9, r9, r3, asr #16\n"
      "4:\n"
      "ldrd r12, r4, [lr, #20]\n"
      "ldr r5, [lr, #16]\n"
      "stm r12!, {r6-r9}\n"
      "add r1, r5\n"
      "subs r4, #1\n"
      "strd r12, r4, [lr, #20]\n"
      "bne 1b\n"
      "add sp, #8\n"
      "pop {r4-r11, pc}\n");
#undef MCUFORGE_TWO_PRODUCTS
}
#else
void AddProducts(Piece* piece) {
  for (int32_t c = 0; c < piece->channels; ++c) {
    for (int32_t pair = 0; pair < 2; ++pair) {
      const uint32_t* x = piece->columns + pair;
      const int8_t* w = piece->weights;
      uint32_t* const sums = piece->sums + kPixels * c + 2 * pair;
      const auto split = [&](uint32_t two) {
        sums[0] += two;
        sums[1] += static_cast<uint32_t>(static_cast<int32_t>(two) >> 16);
      };
      for (int32_t i = 0; i < piece->pairs; ++i, x += 4, w += 2) {
        split(x[0] * static_cast<uint32_t>(w[0]) + x[2] * static_cast<uint32_t>(w[1]) +
              kSplitOffset);
      }
      if (piece->odd) {
        split(x[0] * static_cast<uint32_t>(w[0]) + kSplitOffset);
      }
    }
    piece->weights += 2 * piece->pairs + piece->odd + piece->weights_step;
  }
}

void FinishPixels(Finish* finish) {
  const ScalarChannel* channel = finish->channels;
  const uint32_t* sums = finish->sums;
  for (int32_t c = 0; c < finish->count; ++c, ++channel, sums += kPixels) {
    const int32_t acc[kPixels] = {
        static_cast<int32_t>(sums[0] - (sums[1] << 16)), static_cast<int32_t>(sums[1]),
        static_cast<int32_t>(sums[2] - (sums[3] << 16)), static_cast<int32_t>(sums[3])};
    FinishChannels(channel, 1, finish->out_zero_point, acc, kPixels, kPixels, finish->out + c,
                   finish->out_step);
  }
}
#endif

// `count` times an input of each of four pixels, as two words. `missing`: a bit for each pixel
// whose input is the same every time.
void Interleave(const int8_t* const* from, uint32_t missing, int32_t count, uint32_t* to) {
  const int8_t* from0 = from[0];
  const int8_t* from1 = from[1];
  const int8_t* from2 = from[2];
  const int8_t* from3 = from[3];
  const uint32_t step0 = ~missing & 1;
  const uint32_t step1 = ~missing >> 1 & 1;
  const uint32_t step2 = ~missing >> 2 & 1;
  const uint32_t step3 = ~missing >> 3 & 1;
  for (; count != 0; --count, to += 2) {
    to[0] = static_cast<uint32_t>(*from0) + (static_cast<uint32_t>(*from1) << 16);
    to[1] = static_cast<uint32_t>(*from2) + (static_cast<uint32_t>(*from3) << 16);
    from0 += step0;
    from1 += step1;
    from2 += step2;
    from3 += step3;
  }
}

// The same where none is missing.
#if __ARM_ARCH_6M__
// Per 4 inputs: 4 LDRSB, 2 LSLS, 2 ADDS, 2 STM, 3 for the loop.
[[gnu::naked]] void InterleaveRuns(const int8_t* const* /*from*/, int32_t /*count*/,
                                   uint32_t* /*to*/) {
  asm volatile(
      ".syntax unified\n"
      "push {r4-r7, lr}\n"
      "mov r12, r1\n"
      "mov lr, r2\n"
      "ldm r0!, {r1-r4}\n"
      "mov r0, lr\n"
      "movs r5, #0\n"
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
[[gnu::naked]] void InterleaveRuns(const int8_t* const* /*from*/, int32_t /*count*/,
                                   uint32_t* /*to*/) {
#define MCUFORGE_FOUR_INPUTS  \
  "ldrsb r4, [r0], #1\n"      \
  "ldrsb r5, [r12], #1\n"     \
  "ldrsb r6, [r3], #1\n"      \
  "ldrsb r7, [lr], #1\n"      \
  "add r4, r4, r5, lsl #16\n" \
  "add r6, r6, r7, lsl #16\n" \
  "strd r4, r6, [r2], #8\n"
  asm volatile(
      "push {r4-r7, lr}\n"
      "ldrd r3, lr, [r0, #8]\n"
      "ldrd r0, r12, [r0]\n"
      "lsrs r1, r1, #1\n"
      "bcc 1f\n" MCUFORGE_FOUR_INPUTS
      "cbz r1, 2f\n"
      "1:\n" MCUFORGE_FOUR_INPUTS MCUFORGE_FOUR_INPUTS
      "subs r1, #1\n"
      "bne 1b\n"
      "2:\n"
      "pop {r4-r7, pc}\n");
#undef MCUFORGE_FOUR_INPUTS
}
#else
void InterleaveRuns(const int8_t* const* from, int32_t count, uint32_t* to) {
  Interleave(from, 0, count, to);
}
#endif

// A walk through the windows of four pixels, in the order of a filter's weights.
struct Windows {
  const int8_t* first[kPixels];  // tap of each, which may lie outside of the image
  int32_t y[kPixels];
  int32_t x[kPixels];
  bool inside;         // all of them, whole
  bool rows_are_runs;  // the taps of a kernel row lie inside of all images, side by side
  int32_t ky, kx, c;   // where the walk is; kx stays 0 if rows are runs
};

// The next `count` products of all four windows as words of two inputs each.
void Gather(const ConvParams& p, Windows* w, int32_t count, uint32_t* to) {
  const int32_t run_end = w->rows_are_runs ? p.kernel_w * p.filter_c : p.filter_c;
  while (count > 0) {
    const int32_t run = run_end - w->c < count ? run_end - w->c : count;
    const int32_t tap_y = w->ky * p.dilation_h;
    const int32_t tap_x = w->kx * p.dilation_w;
    const int32_t offset = (tap_y * p.in_w + tap_x) * p.in_c + w->c;
    const int8_t* from[kPixels];
    uint32_t missing = 0;
    for (int32_t i = 0; i < kPixels; ++i) {
      if (w->inside) {
        from[i] = w->first[i] + offset;
        continue;
      }
      const bool inside = static_cast<uint32_t>(w->y[i] + tap_y) < p.in_h &&
                          static_cast<uint32_t>(w->x[i] + tap_x) < p.in_w;
      from[i] = inside ? w->first[i] + offset : &p.in_zero_point;
      missing |= inside ? 0u : 1u << i;
    }
    if (missing == 0) {
      InterleaveRuns(from, run, to);
    } else {
      Interleave(from, missing, run, to);
    }
    to += 2 * run;
    count -= run;
    w->c += run;
    if (w->c == run_end) {
      w->c = 0;
      if (w->rows_are_runs || ++w->kx == p.kernel_w) {
        w->kx = 0;
        ++w->ky;
      }
    }
  }
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

}  // namespace

void ConvS8(const ConvParams& p, const ChannelScales& scales, const int8_t* input,
            const int8_t* filter, const int32_t* bias, int8_t* output, void* scratch) {
  const int32_t products = p.kernel_h * p.kernel_w * p.filter_c;
  const int32_t group_channels = p.out_c / (p.in_c / p.filter_c);
  const int32_t pixels = p.batches * p.out_h * p.out_w;
  const int32_t max_piece = ConvS8ScalarPiece(p);
  uint32_t* const sums = static_cast<uint32_t*>(scratch);
  ScalarChannel* const channels =
      reinterpret_cast<ScalarChannel*>(sums + kPixels * ConvS8ScalarChannels(p));
  uint32_t* const columns = reinterpret_cast<uint32_t*>(channels + ConvS8ScalarChannels(p));
  // Pieces do not cross the end of a tap that is larger, nor of the window.
  const int32_t unit = p.filter_c > max_piece ? p.filter_c : products;
  int32_t splits = 0;
  for (int32_t left = products, unit_left = 0; left != 0;) {
    const int32_t count = NextPiece(max_piece, unit, &unit_left);
    left -= count;
    splits += (count + 1) >> 1;
  }

  const int32_t span_h = (p.kernel_h - 1) * p.dilation_h;
  const int32_t span_w = (p.kernel_w - 1) * p.dilation_w;
  const bool taps_are_runs = p.dilation_w == 1 && p.filter_c == p.in_c;

  for (int32_t first = 0, end; first < p.out_c; first = end) {
    const int32_t group = first / group_channels;
    const int32_t group_end = (group + 1) * group_channels;
    end = first + kConvS8ScalarBlock < group_end ? first + kConvS8ScalarBlock : group_end;
    const int8_t* const weights = filter + first * products;
    const int8_t* w = weights;
    bool fast = true;
    for (int32_t c = first; c < end; ++c) {
      int32_t sum = 0;
      for (int32_t k = 0; k < products; ++k) {
        sum += *w++;
      }
      channels[c - first] = MakeScalarChannel(ChannelRequant(scales, static_cast<uint32_t>(c)),
                                              bias ? bias[c] : 0, static_cast<uint32_t>(products));
      channels[c - first].bias -= p.in_zero_point * sum;
      fast = fast && channels[c - first].fast;
    }

    const int8_t* image = input + group * p.filter_c;
    int32_t out_y = 0;
    int32_t out_x = 0;
    int8_t* out = output + first;
    for (int32_t pixel = 0; pixel < pixels; pixel += kPixels) {
      const int32_t valid = pixels - pixel < kPixels ? pixels - pixel : kPixels;
      Windows windows;
      windows.ky = windows.kx = windows.c = 0;
      windows.inside = true;
      bool columns_inside = true;
      for (int32_t i = 0; i < kPixels; ++i) {
        const int32_t y = out_y * p.stride_h - p.pad_top;
        const int32_t x = out_x * p.stride_w - p.pad_left;
        windows.y[i] = y;
        windows.x[i] = x;
        windows.first[i] = image + (y * p.in_w + x) * p.in_c;
        if (x < 0 || x + span_w >= p.in_w) {
          windows.inside = columns_inside = false;
        }
        if (y < 0 || y + span_h >= p.in_h) {
          windows.inside = false;
        }
        // Missing pixels are computed as the last one, and not stored.
        if (pixel + i + 1 < pixels && ++out_x == p.out_w) {
          out_x = 0;
          if (++out_y == p.out_h) {
            out_y = 0;
            image += p.in_h * p.in_w * p.in_c;
          }
        }
      }
      windows.rows_are_runs = columns_inside && taps_are_runs;
      uint32_t* sum = sums;
      for (int32_t c = 0; c < end - first; ++c, sum += kPixels) {
        const uint32_t second = static_cast<uint32_t>(channels[c].bias + splits);
        sum[0] = sum[2] = second * 0x10001 - static_cast<uint32_t>(splits) * 0x8000;
        sum[1] = sum[3] = second;
      }
      for (int32_t begin = 0, unit_left = 0; begin < products;) {
        const int32_t count = NextPiece(max_piece, unit, &unit_left);
        Gather(p, &windows, count, columns);
        Piece piece{columns,          count >> 1, count & 1,  weights + begin,
                    products - count, sums,       end - first};
        AddProducts(&piece);
        begin += count;
      }
      if (fast && valid == kPixels) {
        Finish finish{channels, end - first, p.out_zero_point, sums, out, p.out_c};
        FinishPixels(&finish);
      } else {
        Unpair(sums, end - first);
        FinishChannels(channels, end - first, p.out_zero_point,
                       reinterpret_cast<const int32_t*>(sums), kPixels, valid, out, p.out_c);
      }
      out += kPixels * p.out_c;
    }
  }
  ClampAll(output, static_cast<uint32_t>(pixels * p.out_c), p.out_min, p.out_max);
}

}  // namespace nn

#endif  // !MCUFORGE_ISA_DSP && !MCUFORGE_ISA_MVE
