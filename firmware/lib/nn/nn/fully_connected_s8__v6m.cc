#include "nn/isa.h"

#if MCUFORGE_V6M

#include "nn/fully_connected_rows_s8.h"

namespace nn {
namespace {

struct Armv6M {
  static constexpr int32_t kRows = 4;
  [[gnu::naked, gnu::noipa, gnu::aligned(4)]] static void DotRows(const int8_t* x,
                                                                  const int8_t* weights, int32_t n,
                                                                  int32_t zero_point,
                                                                  const int32_t* start,
                                                                  int32_t* acc);
};

// clang-format off
// Per 4 MACs: 5 LDRSB, 1 ADD (the zero point), 4 MULS, 4 ADD, 1 ADDS for the walk.
void Armv6M::DotRows(const int8_t* /*x*/, const int8_t* /*weights*/, int32_t /*n*/,
                     int32_t /*zero_point*/, const int32_t* /*start*/, int32_t* /*acc*/) {
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
      "1:\n"
      MCUFORGE_INPUT
      MCUFORGE_INPUT
      MCUFORGE_INPUT
      MCUFORGE_INPUT
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
// clang-format on

}  // namespace

void FullyConnectedS8(const FullyConnectedParams& p, Requant requant,
                      const ChannelScales* channel_scales, const int8_t* input,
                      const int8_t* filter, const int32_t* bias, int8_t* output) {
  FullyConnectedByRows<Armv6M>(p, requant, channel_scales, input, filter, bias, output);
}

}  // namespace nn

#endif  // MCUFORGE_V6M
