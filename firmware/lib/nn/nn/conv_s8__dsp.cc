#if MCUFORGE_ISA_DSP

#include <cstring>

#include "nn/conv_s8.h"
#include "nn/dsp.h"

// Two output pixels by two output channels at a time. The inputs of the two pixels ("columns") are gathered once and
// widened to int16 with the zero point taken off; the weights are widened as they are loaded, once for both pixels.
// Per 16 MACs: 1 LDM (8 inputs), 2 LDR (8 weights), 4 SXTB16, 8 SMLAD = 15 instructions.

namespace nn {
namespace {

// acc[0..3] += channel 0 x pixels 0 and 1, channel 1 x pixels 0 and 1, over `blocks` >= 1 blocks of 4 products.
//   columns  a block is 16 bytes: for each pixel its even inputs as two int16, then its odd ones
[[gnu::naked]] void DotTwoByTwo(const uint32_t* /*columns*/, const int8_t* /*weights0*/, const int8_t* /*weights1*/,
                                uint32_t /*blocks*/, int32_t* /*acc*/) {
#define MCUFORGE_BLOCK                     \
  "ldm r0!, {r4-r7}\n"                     \
  "ldr r12, [r1], #4\n"                    \
  "sxtb16 lr, r12\n"                       \
  "smlad r8, lr, r4, r8\n"                 \
  "smlad r9, lr, r6, r9\n"                 \
  "sxtb16 lr, r12, ror #8\n"               \
  "ldr r12, [r2], #4\n"                    \
  "smlad r8, lr, r5, r8\n"                 \
  "smlad r9, lr, r7, r9\n"                 \
  "sxtb16 lr, r12\n"                       \
  "smlad r10, lr, r4, r10\n"               \
  "smlad r11, lr, r6, r11\n"               \
  "sxtb16 lr, r12, ror #8\n"               \
  "smlad r10, lr, r5, r10\n"               \
  "smlad r11, lr, r7, r11\n"
  asm volatile(
      "push {r4-r11, lr}\n"
      "ldr r12, [sp, #36]\n"
      "ldm r12, {r8-r11}\n"
      "lsrs r3, r3, #1\n"
      "bcc 1f\n" MCUFORGE_BLOCK
      "cbz r3, 2f\n"
      "1:\n" MCUFORGE_BLOCK MCUFORGE_BLOCK
      "subs r3, #1\n"
      "bne 1b\n"
      "2:\n"
      "ldr r12, [sp, #36]\n"
      "stm r12, {r8-r11}\n"
      "pop {r4-r11, pc}\n");
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
void GatherColumn(const Gather& g, const int8_t* group_input, int32_t in_y0, int32_t in_x0, uint32_t* column) {
  const ConvParams& p = g.p;
  const int32_t filter_c = p.filter_c;
  const bool by_words = (filter_c & 3) == 0;
  const uint32_t zero = 0x01010101u * static_cast<uint8_t>(p.in_zero_point);
  int8_t* bytes = g.bytes;
  for (int32_t ky = 0; ky < p.kernel_h; ++ky) {
    const int32_t in_y = in_y0 + ky * p.dilation_h;
    const bool row_inside = in_y >= 0 && in_y < p.in_h;
    const int8_t* const row = group_input + in_y * p.in_w * p.in_c;
    // A row of taps that lies inside, side by side, is one run of bytes.
    const bool one_run = row_inside && p.dilation_w == 1 && filter_c == p.in_c && in_x0 >= 0 &&
                         in_x0 + p.kernel_w <= p.in_w;
    const int32_t run = one_run ? p.kernel_w * filter_c : filter_c;
    const int32_t runs = one_run ? 1 : p.kernel_w;
    for (int32_t kx = 0; kx < runs; ++kx) {
      const int32_t in_x = in_x0 + kx * p.dilation_w;
      const bool inside = row_inside && in_x >= 0 && in_x < p.in_w;
      const int8_t* from = row + in_x * p.in_c;
      if (by_words) {
        for (int32_t i = 0; i < run; i += 4, column += 4) {
          Widen(inside ? LoadWord(from + i) : zero, g.offset, column);
        }
      } else if (inside) {
        for (int32_t i = 0; i < run; ++i) {
          *bytes++ = from[i];
        }
      } else {
        for (int32_t i = 0; i < run; ++i) {
          *bytes++ = p.in_zero_point;
        }
      }
    }
  }
  if (!by_words) {
    // The last block is filled up with bytes that stand behind the column; their weights are left out.
    for (int32_t i = 0; i < g.products; i += 4, column += 4) {
      Widen(LoadWord(g.bytes + i), g.offset, column);
    }
  }
}

// Input k of pixel `pixel`, for the products that do not fill a block.
inline int32_t ColumnAt(const uint32_t* columns, int32_t k, int32_t pixel) {
  const uint32_t pair = columns[(k >> 2) * 4 + pixel * 2 + (k & 1)];
  return static_cast<int16_t>((k & 2) ? pair >> 16 : pair);
}

}  // namespace

void ConvS8(const ConvParams& p, const ChannelScales& scales, const int8_t* input, const int8_t* filter,
            const int32_t* bias, int8_t* output, void* scratch) {
  const int32_t products = p.kernel_h * p.kernel_w * p.filter_c;
  const uint32_t blocks = static_cast<uint32_t>(products) >> 2;
  uint32_t* const columns = static_cast<uint32_t*>(scratch);
  Requant* const requants = reinterpret_cast<Requant*>(columns + ((products + 3) & ~3));
  const int32_t groups = p.in_c / p.filter_c;
  const int32_t group_channels = p.out_c / groups;
  const int32_t block_channels = ConvS8DspBlockChannels(p);
  const Gather gather{p, products, TwoHalfwords(-p.in_zero_point),
                      reinterpret_cast<int8_t*>(requants + block_channels)};
  const int32_t pixels = p.batches * p.out_h * p.out_w;

  for (int32_t group = 0; group < groups; ++group) {
    const int32_t group_end = (group + 1) * group_channels;
    for (int32_t block = group * group_channels; block < group_end; block += block_channels) {
      const int32_t block_end = block + block_channels < group_end ? block + block_channels : group_end;
      bool fast = true;
      for (int32_t c = block; c < block_end; ++c) {
        const Requant requant = ChannelRequant(scales, static_cast<uint32_t>(c));
        requants[c - block] = requant;
        fast = fast && IsFastRequant(requant) &&
               IsSmallSum(static_cast<uint32_t>(products), bias ? bias[c] : 0);
      }
      int32_t out_y = 0;
      int32_t out_x = 0;
      const int8_t* image = input + group * p.filter_c;
      for (int32_t pixel = 0; pixel < pixels; pixel += 2) {
        const int32_t count = pixels - pixel > 1 ? 2 : 1;
        for (int32_t i = 0; i < count; ++i) {
          GatherColumn(gather, image, out_y * p.stride_h - p.pad_top, out_x * p.stride_w - p.pad_left,
                       columns + 2 * i);
          if (++out_x == p.out_w) {
            out_x = 0;
            if (++out_y == p.out_h) {
              out_y = 0;
              image += p.in_h * p.in_w * p.in_c;
            }
          }
        }
        int8_t* const out = output + pixel * p.out_c;
        for (int32_t c = block; c < block_end; c += 2) {
          const bool pair = c + 1 < block_end;
          const int8_t* weights0 = filter + c * products;
          const int8_t* weights1 = pair ? weights0 + products : weights0;
          const int32_t bias0 = bias ? bias[c] : 0;
          const int32_t bias1 = bias && pair ? bias[c + 1] : 0;
          int32_t acc[4] = {bias0, bias0, bias1, bias1};
          if (blocks != 0) {
            DotTwoByTwo(columns, weights0, weights1, blocks, acc);
          }
          for (int32_t k = static_cast<int32_t>(blocks) * 4; k < products; ++k) {
            const int32_t x0 = ColumnAt(columns, k, 0);
            const int32_t x1 = ColumnAt(columns, k, 1);
            acc[0] += x0 * weights0[k];
            acc[1] += x1 * weights0[k];
            acc[2] += x0 * weights1[k];
            acc[3] += x1 * weights1[k];
          }
          for (int32_t i = 0; i < (pair ? 2 : 1); ++i) {
            const Requant r = requants[c - block + i];
            int32_t y0;
            int32_t y1;
            if (fast) {
              const int32_t right = -r.shift;
              const int32_t half = 1 << (right - 1);
              y0 = ApplyRequantFast(acc[2 * i], r.multiplier, right, half);
              y1 = ApplyRequantFast(acc[2 * i + 1], r.multiplier, right, half);
            } else {
              y0 = ApplyRequant(acc[2 * i], r);
              y1 = ApplyRequant(acc[2 * i + 1], r);
            }
            out[c + i] = static_cast<int8_t>(Clamp(y0 + p.out_zero_point, p.out_min, p.out_max));
            if (count == 2) {
              out[p.out_c + c + i] = static_cast<int8_t>(Clamp(y1 + p.out_zero_point, p.out_min, p.out_max));
            }
          }
        }
      }
    }
  }
}

}  // namespace nn

#endif  // MCUFORGE_ISA_DSP
