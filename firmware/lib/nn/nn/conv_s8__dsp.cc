#if MCUFORGE_ISA_DSP

// What surrounds the assembler is worth fewer bytes.
#pragma GCC optimize("Os")

#include <cstring>

#include "nn/conv_s8.h"
#include "nn/dsp.h"

// Two output pixels by two output channels at a time. The inputs of the two pixels ("columns") are
// gathered once and widened to int16 with the zero point taken off; the weights are widened as they
// are loaded, once for both pixels. Per 16 MACs: 1 LDM (8 inputs), 2 LDR (8 weights), 4 SXTB16, 8
// SMLAD = 15 instructions; per output about 13 more.

namespace nn {
namespace {

// What ComputePairs works on; it knows the offsets. `pairs` and the pointers advance.
struct Tile {
  const uint32_t* columns;  // a block is 16 bytes: for each pixel its even inputs as two int16,
                            // then its odd ones
  const int8_t* weights;    // of the first channel
  int32_t products;         // in one dot product: the distance between two channels' weights
  uint32_t blocks;          // whole blocks of 4 products, at least 1
  int32_t tail;  // products % 4 - 4, or 0: there is another block, whose weights overlap the last
                 // by that
  const FastChannel* channels;
  int8_t* out[2];
  int32_t pairs;  // of channels, at least 1
};

// Both pixels of `pairs` pairs of channels, from dot product to output.
[[gnu::naked, gnu::noipa]] void ComputePairs(Tile* /*tile*/) {
#define MCUFORGE_BLOCK       \
  "ldm r0!, {r4-r7}\n"       \
  "ldr r12, [r1], #4\n"      \
  "sxtb16 lr, r12\n"         \
  "smlad r8, lr, r4, r8\n"   \
  "smlad r9, lr, r6, r9\n"   \
  "sxtb16 lr, r12, ror #8\n" \
  "ldr r12, [r2], #4\n"      \
  "smlad r8, lr, r5, r8\n"   \
  "smlad r9, lr, r7, r9\n"   \
  "sxtb16 lr, r12\n"         \
  "smlad r10, lr, r4, r10\n" \
  "smlad r11, lr, r6, r11\n" \
  "sxtb16 lr, r12, ror #8\n" \
  "smlad r10, lr, r5, r10\n" \
  "smlad r11, lr, r7, r11\n"
// FastOutput of `acc`, stored at `out`; r5 to r7 are the channel's multiplier, addend and right.
#define MCUFORGE_OUTPUT(acc, out) \
  "add " acc ", " acc ", " acc    \
  "\n"                            \
  "smmulr " acc ", " acc          \
  ", r5\n"                        \
  "add " acc ", " acc ", " acc    \
  ", asr #31\n"                   \
  "add " acc ", " acc             \
  ", r6\n"                        \
  "asr " acc ", " acc             \
  ", r7\n"                        \
  "ssat " acc ", #8, " acc        \
  "\n"                            \
  "strb " acc ", [" out "], #1\n"
  asm volatile(
      "push {r0, r4-r11, lr}\n"
      "1:\n"
      "ldr lr, [sp]\n"
      "ldr r12, [lr, #20]\n"
      "ldm lr, {r0-r3}\n"
      "add r2, r1\n"
      "ldr r8, [r12]\n"
      "ldr r10, [r12, #16]\n"
      "mov r9, r8\n"
      "mov r11, r10\n"
      "lsrs r3, r3, #1\n"
      "bcc 2f\n" MCUFORGE_BLOCK
      "cbz r3, 3f\n"
      "2:\n" MCUFORGE_BLOCK MCUFORGE_BLOCK
      "subs r3, #1\n"
      "bne 2b\n"
      "3:\n"
      "ldr lr, [sp]\n"
      "ldr r3, [lr, #16]\n"
      "cbz r3, 4f\n"
      "add r1, r3\n"
      "add r2, r3\n" MCUFORGE_BLOCK
      "ldr lr, [sp]\n"
      "4:\n"
      "str r2, [lr, #4]\n"  // where this pair's weights end the next pair's begin
      "ldr r12, [lr, #20]\n"
      "ldrd r0, r1, [lr, #24]\n"
      "ldm r12!, {r4-r7}\n" MCUFORGE_OUTPUT("r8", "r0") MCUFORGE_OUTPUT("r9", "r1")
      "ldm r12!, {r4-r7}\n" MCUFORGE_OUTPUT("r10", "r0") MCUFORGE_OUTPUT("r11", "r1")
      "str r12, [lr, #20]\n"
      "strd r0, r1, [lr, #24]\n"
      "ldr r3, [lr, #32]\n"
      "subs r3, #1\n"
      "str r3, [lr, #32]\n"
      "bne 1b\n"
      "pop {r0, r4-r11, pc}\n");
#undef MCUFORGE_OUTPUT
#undef MCUFORGE_BLOCK
}

// Widens 4 inputs into pixel 0 of the block at `to`.
inline void Widen(uint32_t word, uint32_t offset, uint32_t* to) {
  to[0] = AddEvenBytes(offset, word);
  to[1] = AddOddBytes(offset, word);
}

struct Gather {
  const ConvParams& p;
  int32_t products;  // in one dot product
  uint32_t offset;   // minus the zero point, in both halfwords
  int8_t* bytes;     // a column as bytes, where its runs are no multiples of 4
};

// Fills one pixel's half of the columns from the window whose first tap is at (in_y0, in_x0).
void GatherColumn(const Gather& g, const int8_t* group_input, int32_t in_y0, int32_t in_x0,
                  uint32_t* column) {
  const ConvParams& p = g.p;
  const int32_t filter_c = p.filter_c;
  const bool by_words = (filter_c & 3) == 0;
  const uint32_t zero = 0x01010101u * static_cast<uint8_t>(p.in_zero_point);
  const int32_t last_y = in_y0 + (p.kernel_h - 1) * p.dilation_h;
  const int32_t last_x = in_x0 + (p.kernel_w - 1) * p.dilation_w;
  const bool columns_inside = in_x0 >= 0 && last_x < p.in_w;
  // Taps of a row that lie inside, side by side, are one run of bytes.
  const bool one_run = columns_inside && p.dilation_w == 1 && filter_c == p.in_c;
  const int32_t run = one_run ? p.kernel_w * filter_c : filter_c;
  int8_t* bytes = g.bytes;
  if (one_run && in_y0 >= 0 && last_y < p.in_h) {
    const int32_t row_step = p.dilation_h * p.in_w * filter_c;
    const int8_t* row = group_input + (in_y0 * p.in_w + in_x0) * filter_c;
    for (int32_t ky = 0; ky < p.kernel_h; ++ky, row += row_step) {
      const int8_t* from = row;
      const int8_t* const from_end = row + run;
      if (by_words) {
        for (; from != from_end; from += 4, column += 4) {
          Widen(LoadWord(from), g.offset, column);
        }
      } else {
        do {
          *bytes++ = *from++;
        } while (from != from_end);
      }
    }
  } else {
    const int32_t runs = one_run ? 1 : p.kernel_w;
    for (int32_t ky = 0; ky < p.kernel_h; ++ky) {
      const int32_t in_y = in_y0 + ky * p.dilation_h;
      const bool row_inside = in_y >= 0 && in_y < p.in_h;
      const int8_t* const row = group_input + in_y * p.in_w * p.in_c;
      for (int32_t kx = 0; kx < runs; ++kx) {
        const int32_t in_x = in_x0 + kx * p.dilation_w;
        const bool inside = row_inside && in_x >= 0 && in_x < p.in_w;
        const int8_t* from = row + in_x * p.in_c;
        const int8_t* const from_end = from + run;
        if (by_words) {
          for (; from != from_end; from += 4, column += 4) {
            Widen(inside ? LoadWord(from) : zero, g.offset, column);
          }
        } else {
          for (; from != from_end; ++from) {
            *bytes++ = inside ? *from : p.in_zero_point;
          }
        }
      }
    }
  }
  if (!by_words) {
    const int32_t whole = g.products & ~3;
    for (int32_t i = 0; i < whole; i += 4, column += 4) {
      Widen(LoadWord(g.bytes + i), g.offset, column);
    }
    const int32_t rest = g.products - whole;
    if (rest != 0) {
      // The last 4 products once more, those that are counted already as zero points.
      const uint32_t counted = (UINT32_C(1) << (8 * (4 - rest))) - 1;
      const uint32_t word = LoadWord(g.bytes + g.products - 4);
      Widen((word & ~counted) | (zero & counted), g.offset, column);
    }
  }
}

}  // namespace

void ConvS8(const ConvParams& p, const ChannelScales& scales, const int8_t* input,
            const int8_t* filter, const int32_t* bias, int8_t* output, void* scratch) {
  const int32_t products = p.kernel_h * p.kernel_w * p.filter_c;
  const int32_t group_channels = p.out_c / (p.in_c / p.filter_c);
  if (!ConvS8ByPairs(p)) {
    ConvChannelsS8(p, scales, 0, p.out_c, input, filter, bias, output);
    return;
  }
  uint32_t* const columns = static_cast<uint32_t*>(scratch);
  FastChannel* const channels = reinterpret_cast<FastChannel*>(columns + ((products + 3) & ~3));
  const Gather gather{p, products, TwoHalfwords(-p.in_zero_point),
                      reinterpret_cast<int8_t*>(channels + ConvS8BlockChannels(p))};
  Tile tile;
  tile.columns = columns;
  tile.products = products;
  tile.blocks = static_cast<uint32_t>(products) >> 2;
  tile.tail = (products & 3) ? (products & 3) - 4 : 0;
  const int32_t pixels = p.batches * p.out_h * p.out_w;

  for (int32_t first = 0, end; first < p.out_c; first = end) {
    const int32_t group = first / group_channels;
    const int32_t group_end = (group + 1) * group_channels;
    end = first + kConvS8Block < group_end ? first + kConvS8Block : group_end;
    if (end - first == 1) {
      --first;  // a lone channel goes with its neighbour, which comes out the same again
    }
    bool fast = true;
    for (int32_t c = first; c < end; ++c) {
      fast = fast && MakeFastChannel(ChannelRequant(scales, static_cast<uint32_t>(c)),
                                     bias ? bias[c] : 0, static_cast<uint32_t>(products),
                                     p.out_zero_point, &channels[c - first]);
    }
    if (!fast) {
      ConvChannelsS8(p, scales, first, end, input, filter, bias, output);
      continue;
    }
    const int8_t* image = input + group * p.filter_c;
    const int8_t* const weights = filter + first * products;
    int8_t* out = output + first;
    int32_t out_y = 0;
    int32_t out_x = 0;
    for (int32_t pixel = 0; pixel < pixels; pixel += 2, out += 2 * p.out_c) {
      // The last pixel of an odd number is computed twice, into the same place.
      for (int32_t i = 0; i < 2; ++i) {
        const bool again = pixel + i == pixels;
        out_x -= again ? 1 : 0;
        GatherColumn(gather, image, out_y * p.stride_h - p.pad_top, out_x * p.stride_w - p.pad_left,
                     columns + 2 * i);
        tile.out[i] = again ? out : out + i * p.out_c;
        if (++out_x == p.out_w && pixel + i + 1 != pixels) {
          out_x = 0;
          if (++out_y == p.out_h) {
            out_y = 0;
            image += p.in_h * p.in_w * p.in_c;
          }
        }
      }
      tile.weights = weights;
      tile.channels = channels;
      tile.pairs = (end - first) >> 1;
      ComputePairs(&tile);
      if ((end - first) & 1) {
        tile.weights -= products;
        --tile.channels;
        --tile.out[0];
        --tile.out[1];
        tile.pairs = 1;
        ComputePairs(&tile);
      }
    }
  }
  ClampAll(output, static_cast<uint32_t>(pixels * p.out_c), p.out_min, p.out_max);
}

}  // namespace nn

#endif  // MCUFORGE_ISA_DSP
