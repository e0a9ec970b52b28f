#include "nn/isa.h"

#if MCUFORGE_ISA_MVE

// The loops are in assembler; what is left to the compiler runs once a pixel or less, and -O2 would
// nearly double it.
#pragma GCC optimize("Os")

#include "nn/conv_s8.h"
#include "nn/mve.h"
#include "nn/strips.h"
#include "nn/window_run.h"

// Three output pixels by four output channels at a time. The zero point is taken off through the
// sum of a channel's weights, once an image; a window's bytes are gathered into a column unless
// they lie in one piece already.

namespace nn {
namespace {

int32_t SumOfWeights(const int8_t* weights, int32_t count) {
  int32_t sum = 0;
  asm volatile(
      "dlstp.8 lr, %[n]\n"
      "1:\n"
      "vldrb.8 q0, [%[w]], #16\n"
      "vaddva.s8 %[sum], q0\n"
      "letp lr, 1b\n"
      : [w] "+r"(weights), [sum] "+Te"(sum)
      : [n] "r"(count)
      : "q0", "lr", "memory");
  return sum;
}

void Fill(int8_t* to, int8_t value, int32_t count) {
  asm volatile(
      "vdup.8 q0, %[value]\n"
      "dlstp.8 lr, %[n]\n"
      "1:\n"
      "vstrb.8 q0, [%[to]], #16\n"
      "letp lr, 1b\n"
      : [to] "+r"(to)
      : [n] "r"(count), [value] "r"(value)
      : "q0", "lr", "memory");
}

// `runs` >= 1 runs of `run` >= 1 bytes.
[[gnu::noinline]] void CopyRuns(const int8_t* from, int32_t from_step, int8_t* to, int32_t to_step,
                                int32_t run, int32_t runs) {
  if (run <= 16) {
    asm volatile(
        "vctp.8 %[run]\n"
        "dls lr, %[runs]\n"
        "1:\n"
        "vpstt\n"
        "vldrbt.8 q0, [%[from]]\n"
        "vstrbt.8 q0, [%[to]]\n"
        "add %[from], %[from_step]\n"
        "add %[to], %[to_step]\n"
        "le lr, 1b\n"
        : [from] "+r"(from), [to] "+r"(to)
        : [run] "r"(run), [runs] "r"(runs), [from_step] "r"(from_step), [to_step] "r"(to_step)
        : "q0", "lr", "memory");
    return;
  }
  for (; runs != 0; --runs, from += from_step, to += to_step) {
    const int8_t* source = from;
    int8_t* target = to;
    asm volatile(
        "dlstp.8 lr, %[n]\n"
        "1:\n"
        "vldrb.8 q0, [%[from]], #16\n"
        "vstrb.8 q0, [%[to]], #16\n"
        "letp lr, 1b\n"
        : [from] "+r"(source), [to] "+r"(target)
        : [n] "r"(run)
        : "q0", "lr", "memory");
  }
}

// Copies a window into `column`; taps outside of the input get its zero point. `from`: the group's
// channels of the first tap that is inside.
void GatherColumn(const ConvParams& p, const WindowRun& windows, const int8_t* from,
                  int8_t* column) {
  const int32_t row_bytes = p.kernel_w * p.filter_c;
  if (windows.taps < p.kernel_w || windows.rows < p.kernel_h) {
    Fill(column, p.in_zero_point, p.kernel_h * row_bytes);
    if (windows.taps == 0 || windows.rows == 0) {
      return;
    }
  }
  const int32_t row_step = p.dilation_h * p.in_w * p.in_c;
  int8_t* to = column + windows.ky.first * row_bytes + windows.kx.first * p.filter_c;
  if (p.dilation_w == 1 && p.filter_c == p.in_c) {  // the taps of a row are one run of bytes
    CopyRuns(from, row_step, to, row_bytes, windows.taps * p.filter_c, windows.rows);
    return;
  }
  for (int32_t row = 0; row < windows.rows; ++row, from += row_step, to += row_bytes) {
    CopyRuns(from, p.dilation_w * p.in_c, to, p.filter_c, p.filter_c, windows.taps);
  }
}

// The outputs of `windows` (at most 3) pixels.
[[gnu::noinline]] void ComputePixels(const QuadRows& rows, int32_t windows) {
  QuadRows rest = rows;
  if (windows == 3 && rows.channels >= 4) {
    ComputeQuadsOfThree(rows);
    const int32_t done = rows.channels & ~3;
    rest.weights += done * rows.row;
    rest.bias += done;
    rest.requants += done >> 2;
    rest.output += done;
    rest.channels -= done;
  }
  if (rest.channels == 0) {
    return;
  }
  for (int32_t i = 0; i < windows; ++i, rest.output += rows.output_step) {
    rest.window[0] = rows.window[i];
    ComputeQuads(rest);
  }
}

// kByStrips: all channels stay ready from strip to strip.
template <bool kByStrips>
[[gnu::always_inline]] inline void Conv(const ConvParams& p, const ChannelScales& scales,
                                        const int8_t* input, const int8_t* filter,
                                        const int32_t* bias, int8_t* output, void* scratch,
                                        int32_t rows_of_strip) {
  const int32_t group_channels = p.out_c / (p.in_c / p.filter_c);
  const int32_t quads = kByStrips ? (p.out_c + 3) >> 2 : ConvS8MveQuads(p);
  auto* const requants = static_cast<QuadRequant*>(scratch);
  auto* const biases = reinterpret_cast<int32_t*>(requants + quads);
  auto* const columns = reinterpret_cast<int8_t*>(biases + 4 * quads);
  const bool in_place = ConvS8NeedsNoColumn(p);
  QuadRows rows;
  rows.row = p.kernel_h * p.kernel_w * p.filter_c;
  rows.requant_step = sizeof(QuadRequant);
  rows.output_step = p.out_c;
  rows.out_zero_point = p.out_zero_point;
  rows.low = p.out_min;
  rows.high = p.out_max;
  rows.fold = ZeroPointFold{0, 0};

  bool ready = false;
  InStrips<kByStrips>(
      p, input, output, rows_of_strip, [&](const ConvParams& strip, const int8_t* in, int8_t* out) {
        for (int32_t first = 0; first < p.out_c; first += rows.channels) {
          const int32_t group = first / group_channels;
          const int32_t left = (group + 1) * group_channels - first;
          rows.channels = left < kConvS8Block ? left : kConvS8Block;
          rows.weights = filter + first * rows.row;
          rows.requants = requants + (kByStrips ? first >> 2 : 0);
          rows.bias = biases + (kByStrips ? first : 0);
          if (!kByStrips || !ready) {
            MakeRequants(scales, first, rows.channels, requants + (kByStrips ? first >> 2 : 0));
          }
          for (int32_t c = 0; !(kByStrips && ready) && c < rows.channels; ++c) {
            biases[c + (kByStrips ? first : 0)] =
                (bias ? bias[first + c] : 0) -
                p.in_zero_point * SumOfWeights(rows.weights + c * rows.row, rows.row);
          }
          rows.output = out + first;
          int32_t gathered = 0;
          const int8_t* image = in + group * p.filter_c;
          for (int32_t batch = 0; batch < strip.batches;
               ++batch, image += strip.in_h * p.in_w * p.in_c) {
            ForEachWindowRun(strip, [&](const WindowRun& windows) {
              const int8_t* from = image + windows.origin * p.in_c;
              for (int32_t i = 0; i < windows.pixels; ++i, from += p.stride_w * p.in_c) {
                if (in_place) {
                  rows.window[gathered] = from;
                } else {
                  int8_t* const column = columns + gathered * rows.row;
                  GatherColumn(strip, windows, from, column);
                  rows.window[gathered] = column;
                }
                if (++gathered == 3) {
                  ComputePixels(rows, gathered);
                  rows.output += 3 * rows.output_step;
                  gathered = 0;
                }
              }
            });
          }
          ComputePixels(rows, gathered);
        }
        ready = true;
      });
}

}  // namespace

void ConvS8(const ConvParams& p, const ChannelScales& scales, const int8_t* input,
            const int8_t* filter, const int32_t* bias, int8_t* output, void* scratch) {
  Conv<false>(p, scales, input, filter, bias, output, scratch, 0);
}

void ConvStripsS8(const ConvParams& p, const ChannelScales& scales, const int8_t* input,
                  const int8_t* filter, const int32_t* bias, int8_t* output, void* scratch,
                  int32_t rows) {
  Conv<true>(p, scales, input, filter, bias, output, scratch, rows);
}

}  // namespace nn

#endif  // MCUFORGE_ISA_MVE
