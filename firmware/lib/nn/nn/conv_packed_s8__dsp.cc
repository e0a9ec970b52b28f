#include "nn/isa.h"

#if MCUFORGE_ISA_DSP

// What surrounds the assembler is worth fewer bytes.
#pragma GCC optimize("Os")

#include <cstddef>

#include "nn/conv_columns_s8.h"
#include "nn/conv_packed_s8.h"
#include "nn/strips.h"

// Two output pixels by four channels at a time. Per 16 MACs: 1 LDRD (4 inputs), 1 LDRD (8 weights),
// 2 SXTB16, 8 SMLAD = 12 instructions; per output about 12 more.

namespace nn {
namespace {

// What ComputeQuads works on; it knows the offsets. A step is two products of two pixels and four
// channels.
struct Tile {
  const uint32_t* columns;  // of a step: pixel 0's inputs as two int16, then pixel 1's
  const uint32_t* columns_end;
  uint32_t skipped;  // bytes of code: the steps that the first round leaves out
  const uint32_t* weights;
  const int32_t* channels;   // of each its multiplier and its BiasAndShift
  const int32_t* end;        // at least 4 channels on, and a multiple of 4
  int32_t twice_zero_point;  // of the output, plus 1: FastAddend is this times 2^right, halved
  int8_t* out[2];
};

// What the assembler knows by number.
static_assert(offsetof(Tile, columns) == 0);
static_assert(offsetof(Tile, columns_end) == 4);
static_assert(offsetof(Tile, skipped) == 8);
static_assert(offsetof(Tile, weights) == 12);
static_assert(offsetof(Tile, channels) == 16);
static_assert(offsetof(Tile, end) == 20);
static_assert(offsetof(Tile, twice_zero_point) == 24);
static_assert(offsetof(Tile, out) == 28);
static_assert(sizeof(Tile) == 36);

constexpr uint32_t kRound = 8;       // steps
constexpr uint32_t kStepBytes = 48;  // of code: 12 instructions of 32 bits

// Both pixels of the channels up to `end`, by fours, from dot product to output. Returns the
// weights behind theirs.
[[gnu::naked, gnu::noipa]] const uint32_t* ComputeQuads(const Tile* /*tile*/) {
  // clang-format off
#define MCUFORGE_STEP           \
  "ldrd r2, r3, [r0], #8\n"     \
  "ldrd r12, lr, [r1], #8\n"    \
  "smlad r4, r12, r2, r4\n"     \
  "smlad r5, r12, r3, r5\n"     \
  "sxtb16 r12, r12\n"           \
  "smlad r8, lr, r2, r8\n"      \
  "smlad r9, lr, r3, r9\n"      \
  "sxtb16 lr, lr\n"             \
  "smlad r6, r12, r2, r6\n"     \
  "smlad r7, r12, r3, r7\n"     \
  "smlad r10, lr, r2, r10\n"    \
  "smlad r11, lr, r3, r11\n"
// The sums of a pair of channels before the first product: r2 and r3 are BiasAndShift of both. The
// shift in it is lost with the lowest bits of S - B.
#define MCUFORGE_START(s0, s1, b0, b1) \
  "asr " b0 ", r3, #8\n"               \
  "add " s0 ", r2, " b0 "\n"           \
  "mov " b1 ", " b0 "\n"               \
  "mov " s1 ", " s0 "\n"
// Twice the sum of the pair's first channel.
#define MCUFORGE_FIRST(s, b)      \
  "sub " s ", " s ", " b "\n"     \
  "asr " s ", " s ", #7\n"
// The channel's output of a doubled sum; r2 is its multiplier, r3 its shift, r12 twice its addend.
#define MCUFORGE_OUTPUT(acc)                 \
  "smmulr " acc ", " acc ", r2\n"            \
  "add " acc ", " acc ", " acc ", asr #31\n" \
  "add " acc ", " acc ", r12, asr #1\n"      \
  "asr " acc ", " acc ", r3\n"               \
  "ssat " acc ", #8, " acc "\n"
#define MCUFORGE_CHANNEL   \
  "ldm r0!, {r2, r3}\n"    \
  "lsl r12, lr, r3\n"
#define MCUFORGE_PAIR(s0, s1, b0, b1) \
  MCUFORGE_FIRST(s0, b0)              \
  MCUFORGE_FIRST(s1, b1)              \
  MCUFORGE_CHANNEL                    \
  MCUFORGE_OUTPUT(s0)                 \
  MCUFORGE_OUTPUT(s1)                 \
  MCUFORGE_CHANNEL                    \
  "add " b0 ", " b0 ", " b0 "\n"      \
  "add " b1 ", " b1 ", " b1 "\n"      \
  MCUFORGE_OUTPUT(b0)                 \
  MCUFORGE_OUTPUT(b1)
  asm volatile(
      "push {r4-r11, lr}\n"
      "ldm r0, {r0-r8}\n"
      "push {r0-r8}\n"  // a copy, whose pointers advance
      "mov r1, r3\n"
      "1:\n"
      "ldr r12, [sp, #16]\n"
      "ldr r2, [r12, #4]\n"
      "ldr r3, [r12, #12]\n"
      MCUFORGE_START("r4", "r5", "r6", "r7")
      "ldr r2, [r12, #20]\n"
      "ldr r3, [r12, #28]\n"
      MCUFORGE_START("r8", "r9", "r10", "r11")
      "ldr r3, [sp, #8]\n"
      "ldr r0, [sp]\n"
      "add pc, r3\n"  // from the first step on
      "nop\n"
      "2:\n"
      MCUFORGE_STEP
      MCUFORGE_STEP
      MCUFORGE_STEP
      MCUFORGE_STEP
      MCUFORGE_STEP
      MCUFORGE_STEP
      MCUFORGE_STEP
      MCUFORGE_STEP
      "ldr r12, [sp, #4]\n"
      "cmp r0, r12\n"
      "bne 2b\n"
      "ldr r0, [sp, #16]\n"
      "ldr lr, [sp, #24]\n"
      MCUFORGE_PAIR("r4", "r5", "r6", "r7")
      MCUFORGE_PAIR("r8", "r9", "r10", "r11")
      "ldrd r2, r3, [sp, #28]\n"
      "bfi r4, r6, #8, #8\n"
      "bfi r5, r7, #8, #8\n"
      "bfi r4, r8, #16, #8\n"
      "bfi r5, r9, #16, #8\n"
      "bfi r4, r10, #24, #8\n"
      "bfi r5, r11, #24, #8\n"
      "str r4, [r2], #4\n"
      "str r5, [r3], #4\n"
      "strd r2, r3, [sp, #28]\n"
      "ldr r12, [sp, #20]\n"
      "str r0, [sp, #16]\n"
      "cmp r0, r12\n"
      "bne 1b\n"
      "mov r0, r1\n"
      "add sp, #36\n"
      "pop {r4-r11, pc}\n");
#undef MCUFORGE_PAIR
#undef MCUFORGE_CHANNEL
#undef MCUFORGE_OUTPUT
#undef MCUFORGE_FIRST
#undef MCUFORGE_START
#undef MCUFORGE_STEP
  // clang-format on
}

// Both pixels of the pair of channels that begins with number `first`. tile.out: of channel 0.
// Returns the weights behind theirs.
[[gnu::noinline]] const uint32_t* ComputePair(const Tile& tile, const uint32_t* weights,
                                              const int32_t* channels, int32_t first) {
  channels += 2 * first;
  PackedSums sums[2];
  sums[0] = sums[1] = StartSums(channels[1], channels[3]);
  const uint32_t* x = tile.columns;
  do {
    const uint32_t word = *weights++;
    AddProducts(word, *x++, &sums[0]);
    AddProducts(word, *x++, &sums[1]);
  } while (x != tile.columns_end);
  const int32_t out_zero_point = tile.twice_zero_point >> 1;
  const FastChannel ready0 = ReadyChannel(channels[0], channels[1], out_zero_point);
  const FastChannel ready1 = ReadyChannel(channels[2], channels[3], out_zero_point);
  for (int32_t i = 0; i < 2; ++i) {
    int8_t* const out = tile.out[i] + first;
    out[0] = FastOutput(FirstSum(sums[i]), ready0);
    out[1] = FastOutput(sums[i].second, ready1);
  }
  return weights;
}

// One pixel's outputs. computed: of the live channels.
inline void PutPixel(const LiveChannels& live, const int8_t* computed, uint32_t out_c,
                     int8_t* output) {
  std::memcpy(output, live.pixel, out_c);
  const uint16_t* number = live.numbers;
  const uint16_t* const end = number + live.count;
  do {
    output[*number++] = *computed++;
  } while (number != end);
}

template <bool kByStrips>
[[gnu::always_inline]] inline void Conv(const ConvParams& p, const LiveChannels* live,
                                        const int32_t* channels, const uint32_t* weights,
                                        const int8_t* input, int8_t* output, void* scratch,
                                        int32_t rows) {
  const int32_t products = p.kernel_h * p.kernel_w * p.filter_c;
  const int32_t whole_blocks = (products + 3) & ~3;
  const auto steps = static_cast<uint32_t>(products + 1 + ((products & 3) == 3)) >> 1;
  const int32_t count = live ? static_cast<int32_t>(live->count) : p.out_c;
  const int32_t rest = count & 3;
  uint32_t* const columns = static_cast<uint32_t*>(scratch);
  int8_t* const bytes = reinterpret_cast<int8_t*>(columns + whole_blocks);
  int8_t* const computed = bytes + ((p.filter_c & 3) == 0 ? 0 : whole_blocks);
  Tile tile;
  tile.columns = columns;
  tile.columns_end = columns + 2 * steps;
  tile.skipped = (-steps % kRound) * kStepBytes;
  tile.twice_zero_point = 2 * p.out_zero_point + 1;
  InStrips<kByStrips>(
      p, input, output, rows, [&](const ConvParams& strip, const int8_t* image, int8_t* out) {
        const Gather gather{strip, products, TwoHalfwords(-p.in_zero_point), columns, bytes};
        ForEachPixelPair<true>(gather, image, out, [&](int8_t* out0, int8_t* out1) {
          tile.weights = weights;
          tile.channels = channels;
          tile.end = channels + 2 * (count - rest);
          tile.out[0] = live ? computed : out0;
          tile.out[1] = live ? computed + count : out1;
          const uint32_t* next = tile.channels == tile.end ? weights : ComputeQuads(&tile);
          for (int32_t channel = count - rest; channel < count; channel += 2) {
            const int32_t first = channel + 2 <= count ? channel : count - 2;
            next = ComputePair(tile, next, channels, first);
          }
          if (live) {
            PutPixel(*live, computed, p.out_c, out0);
            PutPixel(*live, computed + count, p.out_c, out1);
          }
        });
      });
  ClampAll(output, static_cast<uint32_t>(p.batches * p.out_h * p.out_w * p.out_c), p.out_min,
           p.out_max);
}

}  // namespace

void ConvPackedS8(const ConvParams& p, const LiveChannels* live, const int32_t* channels,
                  const uint32_t* weights, const int8_t* input, int8_t* output, void* scratch) {
  Conv<false>(p, live, channels, weights, input, output, scratch, 0);
}

void ConvPackedStripsS8(const ConvParams& p, const LiveChannels* live, const int32_t* channels,
                        const uint32_t* weights, const int8_t* input, int8_t* output, void* scratch,
                        int32_t rows) {
  Conv<true>(p, live, channels, weights, input, output, scratch, rows);
}

}  // namespace nn

#endif  // MCUFORGE_ISA_DSP
