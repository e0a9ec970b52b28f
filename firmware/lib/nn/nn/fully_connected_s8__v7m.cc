#include "nn/isa.h"

#if MCUFORGE_V7M

// What surrounds the assembler is worth fewer bytes.
#pragma GCC optimize("Os")

#include "nn/fully_connected_rows_s8.h"

namespace nn {
namespace {

struct Armv7M {
  static constexpr int32_t kRows = 6;
  [[gnu::naked, gnu::noipa, gnu::aligned(4)]] static void DotRows(const int8_t* x,
                                                                  const int8_t* weights, int32_t n,
                                                                  int32_t zero_point,
                                                                  const int32_t* start,
                                                                  int32_t* acc);
};

// clang-format off
// Per 6 MACs: 7 LDRSB, 1 SUB, 6 MLA.
void Armv7M::DotRows(const int8_t* /*x*/, const int8_t* /*weights*/, int32_t /*n*/,
                     int32_t /*zero_point*/, const int32_t* /*start*/, int32_t* /*acc*/) {
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
      "1:\n"
      MCUFORGE_INPUT
      MCUFORGE_INPUT
      MCUFORGE_INPUT
      MCUFORGE_INPUT
      "subs r12, #1\n"
      "bne 1b\n"
      "ldr r12, [sp, #40]\n"
      "stm r12, {r4-r9}\n"
      "pop {r4-r11, pc}\n");
#undef MCUFORGE_INPUT
}
// clang-format on

}  // namespace

void FullyConnectedS8(const FullyConnectedParams& p, Requant requant,
                      const ChannelScales* channel_scales, const int8_t* input,
                      const int8_t* filter, const int32_t* bias, int8_t* output) {
  FullyConnectedByRows<Armv7M>(p, requant, channel_scales, input, filter, bias, output);
}

}  // namespace nn

#endif  // MCUFORGE_V7M
