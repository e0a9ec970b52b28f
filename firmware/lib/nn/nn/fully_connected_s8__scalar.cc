#if !MCUFORGE_ISA_DSP && !MCUFORGE_ISA_MVE

#if !__ARM_ARCH_6M__
// What surrounds the assembler is worth fewer bytes; on Armv6-M it takes more of the time.
#pragma GCC optimize("Os")
#endif

#include "nn/fully_connected_s8.h"
#include "nn/scalar.h"

namespace nn {
namespace {

// Adds to `start` the products of `n` inputs, their zero point taken off, with `kRows` rows of
// weights that follow each other.
template <int32_t kRows>
void DotRows(const int8_t* x, const int8_t* weights, int32_t n, int32_t zero_point,
             const int32_t* start, int32_t* acc) {
  int32_t sums[kRows];
  for (int32_t row = 0; row < kRows; ++row) {
    sums[row] = start[row];
  }
  for (int32_t k = 0; k < n; ++k, ++weights) {
    const int32_t input = x[k] - zero_point;
    for (int32_t row = 0; row < kRows; ++row) {
      sums[row] += input * weights[row * n];
    }
  }
  for (int32_t row = 0; row < kRows; ++row) {
    acc[row] = sums[row];
  }
}

#if __ARM_ARCH_6M__
constexpr int32_t kRows = 4;

// Per 4 MACs: 5 LDRSB, 1 ADD (the zero point), 4 MULS, 4 ADD, 1 ADDS for the walk.
template <>
[[gnu::naked, gnu::noipa, gnu::aligned(4)]] void DotRows<kRows>(
    const int8_t* /*x*/, const int8_t* /*weights*/, int32_t /*n*/, int32_t /*zero_point*/,
    const int32_t* /*start*/, int32_t* /*acc*/) {
#define MCUFORGE_INPUT   \
  "ldrsb r6, [r0, r5]\n" \
  "add r6, r12\n"        \
  "ldrsb r7, [r1, r5]\n" \
  "muls r7, r6\n"        \
  "add r8, r7\n"         \
  "ldrsb r7, [r2, r5]\n" \
  "muls r7, r6\n"        \
  "add r9, r7\n"         \
  "ldrsb r7, [r3, r5]\n" \
  "muls r7, r6\n"        \
  "add r10, r7\n"        \
  "ldrsb r7, [r4, r5]\n" \
  "muls r7, r6\n"        \
  "add r11, r7\n"        \
  "adds r5, #1\n"
  asm volatile(
      ".syntax unified\n"
      "push {r4-r7, lr}\n"
      "mov r4, r8\n"
      "mov r5, r9\n"
      "mov r6, r10\n"
      "mov r7, r11\n"
      "push {r4-r7}\n"
      "ldr r7, [sp, #36]\n"
      "ldm r7!, {r4-r6}\n"
      "ldr r7, [r7]\n"
      "mov r8, r4\n"
      "mov r9, r5\n"
      "mov r10, r6\n"
      "mov r11, r7\n"
      "negs r3, r3\n"
      "mov r12, r3\n"
      // Counted from the ends upwards to 0; the loop is entered so that the inputs that are no
      // multiple of four come first.
      "negs r5, r2\n"
      "movs r6, #3\n"
      "ands r6, r5\n"
      "movs r7, #30\n"  // bytes of one input
      "muls r6, r7\n"
      "adr r7, 1f\n"
      "adds r7, #1\n"
      "adds r7, r6\n"
      "adds r0, r2\n"
      "adds r1, r2\n"
      "adds r3, r1, r2\n"
      "adds r4, r3, r2\n"
      "mov r6, r2\n"
      "mov r2, r3\n"
      "mov r3, r4\n"
      "adds r4, r4, r6\n"
      "bx r7\n"
      ".balign 4\n"
      "1:\n" MCUFORGE_INPUT MCUFORGE_INPUT MCUFORGE_INPUT MCUFORGE_INPUT
      "bne 1b\n"
      "ldr r0, [sp, #40]\n"
      "mov r4, r8\n"
      "mov r5, r9\n"
      "mov r6, r10\n"
      "mov r7, r11\n"
      "stm r0!, {r4-r7}\n"
      "pop {r4-r7}\n"
      "mov r8, r4\n"
      "mov r9, r5\n"
      "mov r10, r6\n"
      "mov r11, r7\n"
      "pop {r4-r7, pc}\n");
#undef MCUFORGE_INPUT
}
#else
constexpr int32_t kRows = 6;
#endif

#if __ARM_ARCH_7M__
// Per 6 MACs: 7 LDRSB, 1 SUB, 6 MLA.
template <>
[[gnu::naked, gnu::noipa, gnu::aligned(4)]] void DotRows<kRows>(
    const int8_t* /*x*/, const int8_t* /*weights*/, int32_t /*n*/, int32_t /*zero_point*/,
    const int32_t* /*start*/, int32_t* /*acc*/) {
#define MCUFORGE_INPUT            \
  "ldrsb r10, [r0], #1\n"         \
  "ldrsb r11, [r1, r2]\n"         \
  "sub.w r10, r10, r3\n"          \
  "mla r5, r10, r11, r5\n"        \
  "ldrsb r11, [r1, r2, lsl #1]\n" \
  "mla r6, r10, r11, r6\n"        \
  "ldrsb r11, [r1], #1\n"         \
  "mla r4, r10, r11, r4\n"        \
  "ldrsb r11, [lr, r2]\n"         \
  "mla r8, r10, r11, r8\n"        \
  "ldrsb r11, [lr, r2, lsl #1]\n" \
  "mla r9, r10, r11, r9\n"        \
  "ldrsb r11, [lr], #1\n"         \
  "mla r7, r10, r11, r7\n"
  asm volatile(
      "push {r4-r11, lr}\n"
      "add r12, r2, #3\n"
      "lsrs r12, r12, #2\n"
      // The loop is entered so that the inputs that are no multiple of four come first.
      "adr.w r4, 1f + 1\n"
      "rsb r5, r2, #0\n"
      "and r5, #3\n"
      "movs r6, #56\n"  // bytes of one input
      "mla r10, r5, r6, r4\n"
      "add lr, r1, r2\n"
      "add lr, lr, r2, lsl #1\n"
      "ldr r4, [sp, #36]\n"
      "ldm r4, {r4-r9}\n"
      "bx r10\n"
      "1:\n" MCUFORGE_INPUT MCUFORGE_INPUT MCUFORGE_INPUT MCUFORGE_INPUT
      "subs r12, #1\n"
      "bne 1b\n"
      "ldr r12, [sp, #40]\n"
      "stm r12, {r4-r9}\n"
      "pop {r4-r11, pc}\n");
#undef MCUFORGE_INPUT
}
#endif

}  // namespace

void FullyConnectedS8(const FullyConnectedParams& p, Requant requant,
                      const ChannelScales* channel_scales, const int8_t* input,
                      const int8_t* filter, const int32_t* bias, int8_t* output) {
  const int32_t features = static_cast<int32_t>(p.in_features);
  const int32_t channels = static_cast<int32_t>(p.out_features);
  static const int32_t kNoBias[kRows] = {};
  ScalarChannel scalar_channels[kRows];
  scalar_channels[0] = MakeScalarChannel(requant, 0, p.in_features);
  if (bias && !AreSmallBiases(bias, p.out_features)) {
    scalar_channels[0].fast = false;
  }
  for (int32_t first = 0, count; first < channels; first += count) {
    // The last rows start early enough to be whole; what they compute again comes out the same.
    count = channels < kRows ? 1 : kRows;
    const int32_t channel = first + count <= channels ? first : channels - count;
    const int32_t* const start = bias ? bias + channel : kNoBias;
    for (int32_t i = 0; channel_scales && i < count; ++i) {
      scalar_channels[i] =
          MakeScalarChannel(ChannelRequant(*channel_scales, static_cast<uint32_t>(channel + i)),
                            start[i], p.in_features);
    }
    const int8_t* const weights = filter + channel * features;
    for (uint32_t batch = 0; batch < p.batches; ++batch) {
      const int8_t* const x = input + batch * p.in_features;
      int32_t acc[kRows];
      if (count == kRows) {
        DotRows<kRows>(x, weights, features, p.in_zero_point, start, acc);
      } else {
        DotRows<1>(x, weights, features, p.in_zero_point, start, acc);
      }
      FinishChannels(scalar_channels, channel_scales ? count : 1, p.out_zero_point, acc, 1,
                     channel_scales ? 1 : count, output + batch * p.out_features + channel, 1);
    }
  }
  ClampAll(output, p.batches * p.out_features, p.out_min, p.out_max);
}

}  // namespace nn

#endif  // !MCUFORGE_ISA_DSP && !MCUFORGE_ISA_MVE
