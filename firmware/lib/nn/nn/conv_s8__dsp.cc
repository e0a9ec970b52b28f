#include "nn/isa.h"

#if MCUFORGE_ISA_DSP

// What surrounds the assembler is worth fewer bytes.
#pragma GCC optimize("Os")

#include <cstddef>
#include <cstring>

#include "nn/conv_columns_s8.h"
#include "nn/conv_constant_s8.h"
#include "nn/conv_s8.h"
#include "nn/dsp.h"
#include "nn/strips.h"

// Two output pixels by two output channels at a time. The inputs of the two pixels ("columns") are
// gathered once and widened to int16 with the zero point taken off; the weights are widened as they
// are loaded, once for both pixels. Per 16 MACs: 1 LDM (8 inputs), 2 LDR (8 weights), 4 SXTB16, 8
// SMLAD = 15 instructions; per output about 13 more.

namespace nn {
namespace {

// A channel's way from accumulator to output, as FastOutput has it but for the bias, which is where
// the model has it, and the addend, which is shifted up from twice_zero_point. Of one that cannot
// go that way (IsFastSaturated) the lowest byte of `right` is all that shifts see of it, and what
// comes out is of no use.
struct Channel {
  int32_t multiplier;
  int32_t right;  // and kIsSlow, and a run's channels << kRunShift
};
constexpr int32_t kIsSlow = 0x100;
constexpr int32_t kRunShift = 16;  // see FindRuns

// What ComputePairs works on; it knows the offsets.
struct Tile {
  const uint32_t* columns;  // conv_columns_s8.h
  const int8_t* weights;    // of the first channel
  int32_t products;         // in one dot product: the distance between two channels' weights
  uint32_t blocks;          // whole blocks of 4 products, at least 1
  const int32_t* bias;
  int8_t* out[2];
  const Channel* end;        // of an even number of channels, at least 2
  int32_t twice_zero_point;  // of the output, plus 1: FastAddend is this times 2^right, halved
  const Channel* channels;
  int32_t tail;  // products % 4 - 4, or 0: there is another block, whose weights overlap the last
                 // by that
};

// What the assembler knows by number.
static_assert(offsetof(Tile, columns) == 0);
static_assert(offsetof(Tile, weights) == 4);
static_assert(offsetof(Tile, products) == 8);
static_assert(offsetof(Tile, blocks) == 12);
static_assert(offsetof(Tile, bias) == 16);
static_assert(offsetof(Tile, out) == 20);
static_assert(offsetof(Tile, end) == 28);
static_assert(offsetof(Tile, twice_zero_point) == 32);
static_assert(offsetof(Tile, channels) == 36);
static_assert(offsetof(Tile, tail) == 40);
static_assert(sizeof(Tile) == 44);
static_assert(offsetof(Channel, multiplier) == 0);
static_assert(offsetof(Channel, right) == 4);
static_assert(sizeof(Channel) == 8);

// Both pixels of the channels up to `end`, by pairs, from dot product to output.
[[gnu::naked, gnu::noipa]] void ComputePairs(const Tile* /*tile*/) {
  // clang-format off
#define MCUFORGE_BLOCK       \
  "ldm r0!, {r4-r7}\n"       \
  "ldr r12, [r1], #4\n"      \
  "sxtb16 lr, r12\n"         \
  "smlad r8, lr, r4, r8\n"   \
  "smlad r9, lr, r5, r9\n"   \
  "sxtb16 lr, r12, ror #8\n" \
  "ldr r12, [r2], #4\n"      \
  "smlad r8, lr, r6, r8\n"   \
  "smlad r9, lr, r7, r9\n"   \
  "sxtb16 lr, r12\n"         \
  "smlad r10, lr, r4, r10\n" \
  "smlad r11, lr, r5, r11\n" \
  "sxtb16 lr, r12, ror #8\n" \
  "smlad r10, lr, r6, r10\n" \
  "smlad r11, lr, r7, r11\n"
// FastOutput of `acc`, stored at `out`; r5 to r7 are the channel's multiplier, twice its addend and
// right.
#define MCUFORGE_OUTPUT(acc, out)            \
  "qadd " acc ", " acc ", " acc "\n"         \
  "smmulr " acc ", " acc ", r5\n"            \
  "add " acc ", " acc ", " acc ", asr #31\n" \
  "add " acc ", " acc ", r6, asr #1\n"       \
  "asr " acc ", " acc ", r7\n"               \
  "ssat " acc ", #8, " acc "\n"              \
  "strb " acc ", [" out "], #1\n"
  asm volatile(
      "push {r4-r11, lr}\n"
      "ldm r0, {r0-r10}\n"
      "push {r0-r10}\n"  // a copy, whose pointers advance
      "1:\n"
      "ldm sp, {r0-r3, r12}\n"
      "add r2, r1\n"
      "ldrd r8, r10, [r12], #8\n"
      "str r12, [sp, #16]\n"
      "mov r9, r8\n"
      "mov r11, r10\n"
      "lsrs r3, r3, #1\n"
      "bcc 2f\n"
      MCUFORGE_BLOCK
      "cbz r3, 3f\n"
      "2:\n"
      MCUFORGE_BLOCK
      MCUFORGE_BLOCK
      "subs r3, #1\n"
      "bne 2b\n"
      "3:\n"
      "ldr r3, [sp, #40]\n"
      "cbz r3, 4f\n"
      "add r1, r3\n"
      "add r2, r3\n"
      MCUFORGE_BLOCK
      "4:\n"
      "str r2, [sp, #4]\n"  // where this pair's weights end the next pair's begin
      "add lr, sp, #20\n"
      "ldm lr, {r0-r3, r12}\n"
      "ldm r12!, {r5, r7}\n"
      "lsl r6, r3, r7\n"
      MCUFORGE_OUTPUT("r8", "r0")
      MCUFORGE_OUTPUT("r9", "r1")
      "ldm r12!, {r5, r7}\n"
      "lsl r6, r3, r7\n"
      MCUFORGE_OUTPUT("r10", "r0")
      MCUFORGE_OUTPUT("r11", "r1")
      "strd r0, r1, [lr]\n"
      "str r12, [lr, #16]\n"
      "cmp r12, r2\n"
      "bne 1b\n"
      "add sp, #44\n"
      "pop {r4-r11, pc}\n");
#undef MCUFORGE_OUTPUT
#undef MCUFORGE_BLOCK
  // clang-format on
}

bool IsLive(const Channel* pair) { return (pair[0].right & pair[1].right & kIsSlow) == 0; }

// Cuts `count` channels, at least 2, into runs that ComputePairs takes at once, or that are left
// out because in none of their pairs a channel can go the short way: networks of which most
// channels are dead are in use, vww of MLPerf Tiny is one. A lone last channel takes its neighbour
// with it, which comes out the same again. Without a bias, of which there are zeros for one pair,
// each is a run. Returns whether one run is all.
[[gnu::noinline]] bool FindRuns(Channel* channel, int32_t count, bool has_bias) {
  int32_t run = 0;
  for (int32_t first = 0; first < count; first += run) {
    first -= count - first == 1 ? 1 : 0;
    const bool live = IsLive(channel + first);
    run = 0;
    do {
      run += 2;
    } while (has_bias && count - first - run >= 2 && IsLive(channel + first + run) == live);
    channel[first].right = (channel[first].right & (kIsSlow | 0xff)) | run << kRunShift;
  }
  return run == count && IsLive(channel);
}

// ComputePairs of the runs up to tile.end. bias_step: 0 without a bias, else 1.
[[gnu::noinline]] void ComputeRuns(Tile tile, int32_t bias_step) {
  const Channel* const end = tile.end;
  for (int32_t step = 0; tile.channels + step != end;) {
    step -= end - tile.channels - step == 1 ? 1 : 0;
    tile.channels += step;
    tile.weights += step * tile.products;
    tile.bias += step * bias_step;
    tile.out[0] += step;
    tile.out[1] += step;
    step = tile.channels->right >> kRunShift;
    tile.end = tile.channels + step;
    if (IsLive(tile.channels)) {
      ComputePairs(&tile);
    }
  }
}

// All outputs of a channel that cannot go the short way.
[[gnu::noinline]] void ComputeSlow(const ConvParams& p, const ChannelScales& scales,
                                   const Channel& ready, int32_t channel, const int8_t* input,
                                   const int8_t* filter, const int32_t* bias, int8_t* output) {
  const Requant requant{ready.multiplier, -static_cast<int8_t>(ready.right)};
  const int32_t products = p.kernel_h * p.kernel_w * p.filter_c;
  const int32_t of_channel = bias ? bias[channel] : 0;
  int8_t value;
  if (IsConstantS8(p, requant, of_channel, 128 * products, &value)) {
    FillChannelS8(p, value, output + channel);
  } else {
    ConvChannelsS8(p, scales, channel, channel + 1, input, filter, bias, output);
  }
}

// Fills in the channels [first, end).
template <bool kAllFast>
void MakeChannels(const ConvParams& p, const ChannelScales& scales, const int32_t* bias,
                  int32_t first, int32_t end, Channel* channel) {
  const auto products = static_cast<uint32_t>(p.kernel_h * p.kernel_w * p.filter_c);
  for (int32_t c = first; c < end; ++c) {
    const Requant requant = ChannelRequant(scales, static_cast<uint32_t>(c));
    const bool fast = kAllFast || IsFastSaturated(requant, bias ? bias[c] : 0, products);
    *channel++ = Channel{requant.multiplier, (-requant.shift & 0xff) | (fast ? 0 : kIsSlow)};
  }
}

// kAllFast: known by who calls, so that nothing else is linked. kByStrips: all channels stay ready
// from strip to strip.
template <bool kAllFast, bool kByStrips>
[[gnu::always_inline]] inline void Conv(const ConvParams& p, const ChannelScales& scales,
                                        const int8_t* input, const int8_t* filter,
                                        const int32_t* bias, int8_t* output, void* scratch,
                                        int32_t rows) {
  const int32_t products = p.kernel_h * p.kernel_w * p.filter_c;
  const int32_t group_channels = p.out_c / (p.in_c / p.filter_c);
  uint32_t* const columns = static_cast<uint32_t*>(scratch);
  Channel* const channels = reinterpret_cast<Channel*>(columns + ((products + 3) & ~3));
  Tile tile;
  tile.columns = columns;
  tile.products = products;
  tile.blocks = static_cast<uint32_t>(products) >> 2;
  tile.twice_zero_point = 2 * p.out_zero_point + 1;
  tile.tail = -(-products & 3);
  // Without a bias there are zeros for one pair of channels.
  const int32_t no_bias[2] = {0, 0};

  if (kByStrips && (kAllFast || ConvS8ByPairs(p))) {
    MakeChannels<kAllFast>(p, scales, bias, 0, p.out_c, channels);
  }
  InStrips<kByStrips>(
      p, input, output, rows, [&](const ConvParams& strip, const int8_t* in, int8_t* to) {
        const Gather gather{
            strip, products, TwoHalfwords(-p.in_zero_point), columns,
            reinterpret_cast<int8_t*>(channels + (kByStrips ? p.out_c : ConvS8BlockChannels(p)))};
        for (int32_t first = 0, end; first < p.out_c; first = end) {
          const int32_t group = first / group_channels;
          const int32_t group_end = (group + 1) * group_channels;
          end = ConvS8PassEnd(first, group_end);
          const bool by_pairs = kAllFast || ConvS8ByPairs(p);
          first -= by_pairs && end - first == 1 ? 1 : 0;
          if (!by_pairs) {
            ConvChannelsS8(strip, scales, first, end, in, filter, bias, to);
            continue;
          }
          Channel* const block = channels + (kByStrips ? first : 0);
          if (!kByStrips) {
            MakeChannels<kAllFast>(p, scales, bias, first, end, block);
          }
          const bool one_run = FindRuns(block, end - first, bias != nullptr);
          tile.weights = filter + first * products;
          tile.bias = bias ? bias + first : no_bias;
          tile.channels = block;
          tile.end = block + (end - first);
          ForEachPixelPair<false>(gather, in + group * p.filter_c, to + first,
                                  [&](int8_t* out0, int8_t* out1) {
                                    tile.out[0] = out0;
                                    tile.out[1] = out1;
                                    if (one_run) {
                                      ComputePairs(&tile);
                                    } else {
                                      ComputeRuns(tile, bias ? 1 : 0);
                                    }
                                  });
          for (int32_t c = first; !kAllFast && c < end; ++c) {
            if ((block[c - first].right & kIsSlow) != 0) {
              ComputeSlow(strip, scales, block[c - first], c, in, filter, bias, to);
            }
          }
        }
      });
  ClampAll(output, static_cast<uint32_t>(p.batches * p.out_h * p.out_w * p.out_c), p.out_min,
           p.out_max);
}

}  // namespace

void ConvS8(const ConvParams& p, const ChannelScales& scales, const int8_t* input,
            const int8_t* filter, const int32_t* bias, int8_t* output, void* scratch) {
  Conv<false, false>(p, scales, input, filter, bias, output, scratch, 0);
}

void ConvFastS8(const ConvParams& p, const ChannelScales& scales, const int8_t* input,
                const int8_t* filter, const int32_t* bias, int8_t* output, void* scratch) {
  Conv<true, false>(p, scales, input, filter, bias, output, scratch, 0);
}

void ConvStripsS8(const ConvParams& p, const ChannelScales& scales, const int8_t* input,
                  const int8_t* filter, const int32_t* bias, int8_t* output, void* scratch,
                  int32_t rows) {
  Conv<false, true>(p, scales, input, filter, bias, output, scratch, rows);
}

void ConvFastStripsS8(const ConvParams& p, const ChannelScales& scales, const int8_t* input,
                      const int8_t* filter, const int32_t* bias, int8_t* output, void* scratch,
                      int32_t rows) {
  Conv<true, true>(p, scales, input, filter, bias, output, scratch, rows);
}

}  // namespace nn

#endif  // MCUFORGE_ISA_DSP
