#if MCUFORGE_ISA_MVE

#include "nn/conv_s8.h"
#include "nn/mve.h"

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

// `rows` >= 1 runs of `run` >= 1 bytes.
void CopyRuns(const int8_t* from, int32_t from_step, int8_t* to, int32_t run, int32_t rows) {
  if (run <= 16) {
    asm volatile(
        "vctp.8 %[run]\n"
        "dls lr, %[rows]\n"
        "1:\n"
        "vpstt\n"
        "vldrbt.8 q0, [%[from]]\n"
        "vstrbt.8 q0, [%[to]]\n"
        "add %[from], %[from_step]\n"
        "add %[to], %[run]\n"
        "le lr, 1b\n"
        : [from] "+r"(from), [to] "+r"(to)
        : [run] "r"(run), [rows] "r"(rows), [from_step] "r"(from_step)
        : "q0", "lr", "memory");
    return;
  }
  for (; rows != 0; --rows, from += from_step, to += run) {
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

// Copies the window whose first tap is at (in_y0, in_x0) into `column`; taps outside of the input
// get its zero point. `image`: from the group's first channel on.
void GatherColumn(const ConvParams& p, const int8_t* image, int32_t in_y0, int32_t in_x0,
                  int8_t* column) {
  const TapRange ky = ClipTaps(in_y0, p.kernel_h, p.dilation_h, p.in_h);
  const TapRange kx = ClipTaps(in_x0, p.kernel_w, p.dilation_w, p.in_w);
  const int32_t taps = kx.end - kx.first;
  const int32_t rows = ky.end - ky.first;
  const int32_t row_bytes = p.kernel_w * p.filter_c;
  if (taps < p.kernel_w || rows < p.kernel_h) {
    Fill(column, p.in_zero_point, p.kernel_h * row_bytes);
  }
  if (taps == 0 || rows == 0) {
    return;
  }
  const int32_t in_row = p.dilation_h * p.in_w * p.in_c;
  const int8_t* from =
      image + ((in_y0 + ky.first * p.dilation_h) * p.in_w + in_x0 + kx.first * p.dilation_w) *
                  p.in_c;
  int8_t* to = column + ky.first * row_bytes + kx.first * p.filter_c;
  // Without dilation or groups the taps of a row are one run of bytes.
  if (taps == p.kernel_w && p.dilation_w == 1 && p.filter_c == p.in_c) {
    CopyRuns(from, in_row, to, row_bytes, rows);
    return;
  }
  for (int32_t row = 0; row < rows; ++row, from += in_row, to += row_bytes) {
    CopyRuns(from, p.dilation_w * p.in_c, to, p.filter_c, taps);
  }
}

// The outputs of `windows` (1 to 3) pixels.
void ComputePixels(QuadRows rows, int32_t windows) {
  if (windows == 3 && rows.channels >= 4) {
    const int32_t tail = rows.channels & 3;
    rows.channels -= tail;
    ComputeQuadsOfThree(rows);
    if (tail == 0) {
      return;
    }
    rows.weights += rows.channels * rows.row;
    rows.bias += rows.channels;
    rows.requants += rows.channels >> 2;
    rows.output += rows.channels;
    rows.channels = tail;
  }
  for (int32_t i = 0; i < windows; ++i, rows.output += rows.output_step) {
    rows.window[0] = rows.window[i];
    ComputeQuads(rows);
  }
}

}  // namespace

void ConvS8(const ConvParams& p, const ChannelScales& scales, const int8_t* input,
            const int8_t* filter, const int32_t* bias, int8_t* output, void* scratch) {
  const int32_t group_channels = p.out_c / (p.in_c / p.filter_c);
  const int32_t quads = ConvS8MveQuads(p);
  auto* const requants = static_cast<QuadRequant*>(scratch);
  auto* const biases = reinterpret_cast<int32_t*>(requants + quads);
  auto* const columns = reinterpret_cast<int8_t*>(biases + 4 * quads);
  const bool in_place = ConvS8NeedsNoColumn(p);
  QuadRows rows;
  rows.row = p.kernel_h * p.kernel_w * p.filter_c;
  rows.bias = biases;
  rows.requants = requants;
  rows.requant_step = sizeof(QuadRequant);
  rows.output_step = p.out_c;
  rows.out_zero_point = p.out_zero_point;
  rows.low = p.out_min;
  rows.high = p.out_max;
  rows.fold = ZeroPointFold{0, 0};

  for (int32_t first = 0; first < p.out_c; first += rows.channels) {
    const int32_t group = first / group_channels;
    const int32_t left = (group + 1) * group_channels - first;
    rows.channels = left < kConvS8Block ? left : kConvS8Block;
    rows.weights = filter + first * rows.row;
    MakeRequants(scales, first, rows.channels, requants);
    for (int32_t c = 0; c < rows.channels; ++c) {
      biases[c] = (bias ? bias[first + c] : 0) -
                  p.in_zero_point * SumOfWeights(rows.weights + c * rows.row, rows.row);
    }
    rows.output = output + first;
    int32_t windows = 0;
    for (int32_t batch = 0; batch < p.batches; ++batch) {
      const int8_t* const image = input + batch * p.in_h * p.in_w * p.in_c + group * p.filter_c;
      for (int32_t out_y = 0; out_y < p.out_h; ++out_y) {
        const int32_t in_y0 = out_y * p.stride_h - p.pad_top;
        for (int32_t out_x = 0; out_x < p.out_w; ++out_x) {
          const int32_t in_x0 = out_x * p.stride_w - p.pad_left;
          if (in_place) {
            rows.window[windows] = image + (in_y0 * p.in_w + in_x0) * p.in_c;
          } else {
            int8_t* const column = columns + windows * rows.row;
            GatherColumn(p, image, in_y0, in_x0, column);
            rows.window[windows] = column;
          }
          if (++windows == 3) {
            ComputePixels(rows, windows);
            rows.output += 3 * rows.output_step;
            windows = 0;
          }
        }
      }
    }
    ComputePixels(rows, windows);
  }
}

}  // namespace nn

#endif  // MCUFORGE_ISA_MVE
