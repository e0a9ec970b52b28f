// What the dsp kernels of CONV_2D share: the inputs of two output pixels ("columns"), gathered and
// widened to int16 with the zero point taken off.
//
// For four products there are 16 bytes: the even inputs of pixel 0 as two int16, those of pixel 1,
// then the odd ones of both.

#ifndef MCUFORGE_NN_CONV_COLUMNS_S8_H_
#define MCUFORGE_NN_CONV_COLUMNS_S8_H_

#include "nn/isa.h"

#if MCUFORGE_ISA_DSP

#include "nn/conv_params.h"
#include "nn/dsp.h"

namespace nn {

struct Gather {
  const ConvParams& p;
  int32_t products;   // in one dot product
  uint32_t offset;    // minus the zero point, in both halfwords
  uint32_t* columns;  // 4 B a product, of a number of products rounded up to four
  int8_t* bytes;      // a column as bytes, where its runs are no multiples of 4
};

// Widens 4 inputs into pixel 0 of the columns at `to`.
inline void Widen(uint32_t word, uint32_t offset, uint32_t* to) {
  to[0] = AddEvenBytes(offset, word);
  to[2] = AddOddBytes(offset, word);
}

// Widens `count` inputs, a multiple of 4 and not 0, into pixel 0 of the columns at `to`; returns
// where they end. step: 4, or 0 to take the same four inputs for all.
inline uint32_t* WidenRun(const int8_t* from, int32_t step, int32_t count, uint32_t offset,
                          uint32_t* to) {
  uint32_t* const end = to + count;
  do {
    Widen(LoadWord(from), offset, to);
    from += step;
    to += 4;
  } while (to != end);
  return to;
}

// The same of both pixels, without r7, which may be a frame pointer. The end of the columns may be
// the inputs of pixel 1: those are read before what is written reaches them.
inline uint32_t* WidenPair(const int8_t* from0, const int8_t* from1, int32_t count, uint32_t offset,
                           uint32_t* to) {
  const uint32_t* const end = to + count;
  asm volatile(
      "1:\n"
      "ldr r6, [%0], #4\n"
      "ldr r8, [%1], #4\n"
      "sxtab16 r4, %4, r6\n"
      "sxtab16 r5, %4, r8\n"
      "sxtab16 r6, %4, r6, ror #8\n"
      "sxtab16 r8, %4, r8, ror #8\n"
      "stm %2!, {r4-r6, r8}\n"
      "cmp %2, %3\n"
      "bne 1b\n"
      : "+r"(from0), "+r"(from1), "+r"(to)
      : "r"(end), "r"(offset)
      : "r4", "r5", "r6", "r8", "cc", "memory");
  return to;
}

// Copies `count` inputs, by words while there are four; step: 4, or 0 to take the same four inputs
// for all. Returns where they end.
inline int8_t* CopyRun(const int8_t* from, int32_t step, int32_t count, int8_t* to) {
  for (; count >= 4; count -= 4, from += step, to += 4) {
    std::memcpy(to, from, 4);
  }
  if ((count & 2) != 0) {
    std::memcpy(to, from, 2);
    from += 2;
    to += 2;
  }
  if ((count & 1) != 0) {
    *to++ = *from;
  }
  return to;
}

// What is behind the last whole four products, `rest` of them (1 to 3), as four inputs to widen.
// kPacked: in the order of ConvPackedS8's weights, of which those behind the last product are 0;
// else the last four products once more, those that are counted already as zero points. end:
// behind the last product.
template <bool kPacked>
inline uint32_t TailWord(const ConvParams& p, const int8_t* end, int32_t rest) {
  if (kPacked) {
    const uint32_t word = LoadWord(end - rest);
    return rest == 3 ? word : (word & 0xff) | (word & 0xff00) << 8;
  }
  const uint32_t counted = (UINT32_C(1) << (8 * (4 - rest))) - 1;
  const uint32_t zero = 0x01010101u * static_cast<uint8_t>(p.in_zero_point);
  return (LoadWord(end - 4) & ~counted) | (zero & counted);
}

// Fills one pixel's half of the columns from the window whose first tap is at (in_y0, in_x0).
// Inlined, its loops would share the kernel's registers and spill.
template <bool kPacked>
[[gnu::noinline]] void GatherColumn(const Gather& g, const int8_t* group_input, int32_t in_y0,
                                    int32_t in_x0, uint32_t* column) {
  const ConvParams& p = g.p;
  const int32_t filter_c = p.filter_c;
  const bool by_words = (filter_c & 3) == 0;
  const uint32_t zero = 0x01010101u * static_cast<uint8_t>(p.in_zero_point);
  int8_t* bytes = g.bytes;
  const TapRange inside = ClipTaps(in_x0, p.kernel_w, p.dilation_w, p.in_w);
  // Taps side by side in memory go together, and so does padding.
  const bool side_by_side = p.dilation_w == 1 && filter_c == p.in_c;
  const int32_t together = side_by_side ? inside.end - inside.first : 1;
  for (int32_t ky = 0; ky < p.kernel_h; ++ky) {
    const int32_t in_y = in_y0 + ky * p.dilation_h;
    const bool row_inside = in_y >= 0 && in_y < p.in_h;
    for (int32_t kx = 0, taps; kx < p.kernel_w; kx += taps) {
      const bool is_padding = !row_inside || kx < inside.first || kx >= inside.end;
      taps = !is_padding ? together : (kx < inside.first ? inside.first : p.kernel_w) - kx;
      const int8_t* const from =
          is_padding ? reinterpret_cast<const int8_t*>(&zero)
                     : group_input + (in_y * p.in_w + in_x0 + kx * p.dilation_w) * p.in_c;
      const int32_t step = is_padding ? 0 : 4;
      if (by_words) {
        column = WidenRun(from, step, taps * filter_c, g.offset, column);
      } else {
        bytes = CopyRun(from, step, taps * filter_c, bytes);
      }
    }
  }
  if (by_words) {
    return;
  }
  const int32_t rest = g.products & 3;
  if (g.products >= 4) {
    column = WidenRun(g.bytes, 4, g.products - rest, g.offset, column);
  }
  if (rest != 0) {
    Widen(TailWord<kPacked>(p, g.bytes + g.products, rest), g.offset, column);
  }
}

// Both halves from windows whose rows are runs of bytes within the input; from: their first taps.
template <bool kPacked>
[[gnu::noinline]] void GatherRuns(const Gather& g, const int8_t* from0, const int8_t* from1) {
  const ConvParams& p = g.p;
  const int32_t run = p.kernel_w * p.filter_c;
  const int32_t row_step = p.dilation_h * p.in_w * p.filter_c;
  uint32_t* columns = g.columns;
  int32_t rows = p.kernel_h;
  if ((run & 3) == 0) {
    do {
      columns = WidenPair(from0, from1, run, g.offset, columns);
      from0 += row_step;
      from1 += row_step;
    } while (--rows != 0);
    return;
  }
  // Pixel 1's bytes lie at the end of the columns.
  int8_t* bytes0 = g.bytes;
  int8_t* const begin1 = reinterpret_cast<int8_t*>(columns) + 3 * ((g.products + 3) & ~3);
  int8_t* bytes1 = begin1;
  do {
    bytes0 = CopyRun(from0, 4, run, bytes0);
    bytes1 = CopyRun(from1, 4, run, bytes1);
    from0 += row_step;
    from1 += row_step;
  } while (--rows != 0);
  const int32_t rest = g.products & 3;
  uint32_t tails[2];
  if (rest != 0) {  // before widened inputs lie on them
    tails[0] = TailWord<kPacked>(p, bytes0, rest);
    tails[1] = TailWord<kPacked>(p, bytes1, rest);
  }
  if (g.products >= 4) {
    columns = WidenPair(g.bytes, begin1, g.products - rest, g.offset, columns);
  }
  if (rest != 0) {
    Widen(tails[0], g.offset, columns);
    Widen(tails[1], g.offset, columns + 1);
  }
}

// compute(output of pixel 0, of pixel 1) for all output pixels by twos, their windows gathered. The
// last pixel of an odd number is computed twice, into the same place.
template <bool kPacked, class Compute>
[[gnu::always_inline]] inline void ForEachPixelPair(const Gather& g, const int8_t* image,
                                                    int8_t* output, Compute compute) {
  const ConvParams& p = g.p;
  // Of a window whose rows are runs: where its first tap may be to have all of it in the input.
  const bool rows_are_runs = p.dilation_w == 1 && p.filter_c == p.in_c;
  const int32_t y_end = p.in_h - (p.kernel_h - 1) * p.dilation_h;
  const int32_t x_end = rows_are_runs ? p.in_w - p.kernel_w + 1 : 0;
  const auto is_inside = [](int32_t at, int32_t end) { return at >= 0 && at < end; };
  int32_t in_y = -p.pad_top;
  int32_t in_x = -p.pad_left;
  int32_t rows_left = p.out_h;
  int32_t columns_left = p.out_w;
  for (int32_t left = p.batches * p.out_h * p.out_w; left > 0; left -= 2, output += 2 * p.out_c) {
    struct {
      const int8_t* image;
      int32_t y, x;
    } window[2];
    const int8_t* from[2];
    bool inside = true;
    for (int32_t i = 0; i < 2; ++i) {
      window[i] = {image, in_y, in_x};
      inside = inside && is_inside(in_y, y_end) && is_inside(in_x, x_end);
      from[i] = image + (in_y * p.in_w + in_x) * p.in_c;
      if (left == 1) {
        continue;
      }
      in_x += p.stride_w;
      if (--columns_left == 0) {
        columns_left = p.out_w;
        in_x = -p.pad_left;
        in_y += p.stride_h;
        if (--rows_left == 0) {
          rows_left = p.out_h;
          in_y = -p.pad_top;
          image += p.in_h * p.in_w * p.in_c;
        }
      }
    }
    if (inside) {
      GatherRuns<kPacked>(g, from[0], from[1]);
    } else {
      for (int32_t i = 0; i < 2; ++i) {
        GatherColumn<kPacked>(g, window[i].image, window[i].y, window[i].x, g.columns + i);
      }
    }
    compute(output, left == 1 ? output : output + p.out_c);
  }
}

}  // namespace nn

#endif  // MCUFORGE_ISA_DSP

#endif  // MCUFORGE_NN_CONV_COLUMNS_S8_H_
