#if MCUFORGE_ISA_MVE

#include <cstring>

#include "nn/conv_s8.h"
#include "nn/mve.h"

// One output pixel by four output channels at a time. The zero point is taken off through the sum
// of a channel's weights, once an image; a window's bytes are gathered into a column unless they
// lie in one piece already.

namespace nn {
namespace {

void FillZeroPoint(int8_t* to, int32_t count, int8_t zero_point) {
  std::memset(to, zero_point, count);
}

void CopyRun(const int8_t* from, int8_t* to, int32_t count) {
  asm volatile(
      "dlstp.8 lr, %[n]\n"
      "1:\n"
      "vldrb.8 q0, [%[from]], #16\n"
      "vstrb.8 q0, [%[to]], #16\n"
      "letp lr, 1b\n"
      : [from] "+r"(from), [to] "+r"(to)
      : [n] "r"(count)
      : "q0", "lr", "memory");
}

// The window whose first tap is at (in_y0, in_x0), as one run of bytes.
void GatherColumn(const ConvParams& p, const int8_t* group_input, int32_t in_y0, int32_t in_x0,
                  int8_t* column) {
  const int32_t filter_c = p.filter_c;
  const int32_t last_x = in_x0 + (p.kernel_w - 1) * p.dilation_w;
  const bool one_run = p.dilation_w == 1 && filter_c == p.in_c && in_x0 >= 0 && last_x < p.in_w;
  const int32_t row_bytes = p.kernel_w * filter_c;
  for (int32_t ky = 0; ky < p.kernel_h; ++ky, column += row_bytes) {
    const int32_t in_y = in_y0 + ky * p.dilation_h;
    if (in_y < 0 || in_y >= p.in_h) {
      FillZeroPoint(column, row_bytes, p.in_zero_point);
      continue;
    }
    const int8_t* const row = group_input + in_y * p.in_w * p.in_c;
    if (one_run) {
      CopyRun(row + in_x0 * p.in_c, column, row_bytes);
      continue;
    }
    for (int32_t kx = 0; kx < p.kernel_w; ++kx) {
      const int32_t in_x = in_x0 + kx * p.dilation_w;
      if (in_x >= 0 && in_x < p.in_w) {
        CopyRun(row + in_x * p.in_c, column + kx * filter_c, filter_c);
      } else {
        FillZeroPoint(column + kx * filter_c, filter_c, p.in_zero_point);
      }
    }
  }
}

}  // namespace

void ConvS8(const ConvParams& p, const ChannelScales& scales, const int8_t* input,
            const int8_t* filter, const int32_t* bias, int8_t* output, void* scratch) {
  const int32_t products = p.kernel_h * p.kernel_w * p.filter_c;
  const int32_t group_channels = p.out_c / (p.in_c / p.filter_c);
  if (group_channels < 4) {
    ConvChannelsS8(p, scales, 0, p.out_c, input, filter, bias, output);
    return;
  }
  int32_t* const biases = static_cast<int32_t*>(scratch);
  int32_t* const multipliers = biases + ConvS8BlockChannels(p);
  int32_t* const shifts = multipliers + ConvS8BlockChannels(p);
  int8_t* const column = reinterpret_cast<int8_t*>(shifts + ConvS8BlockChannels(p));
  const bool in_place = ConvS8NeedsNoColumn(p);

  for (int32_t first = 0, end; first < p.out_c; first = end) {
    const int32_t group = first / group_channels;
    const int32_t group_end = (group + 1) * group_channels;
    end = first + kConvS8Block < group_end ? first + kConvS8Block : group_end;
    if (end - first < 4) {
      first = end - 4;  // too few channels for a quad take some from before with them, which come
                        // out the same again
    }
    for (int32_t c = first; c < end; ++c) {
      const Requant requant = ChannelRequant(scales, static_cast<uint32_t>(c));
      biases[c - first] =
          (bias ? bias[c] : 0) - p.in_zero_point * SumOfWeights(filter + c * products, products);
      multipliers[c - first] = requant.multiplier;
      shifts[c - first] = requant.shift;
    }
    const int32_t count = end - first;
    int8_t* out = output + first;
    for (int32_t batch = 0; batch < p.batches; ++batch) {
      const int8_t* const image = input + batch * p.in_h * p.in_w * p.in_c + group * p.filter_c;
      for (int32_t out_y = 0; out_y < p.out_h; ++out_y) {
        for (int32_t out_x = 0; out_x < p.out_w; ++out_x, out += p.out_c) {
          const int32_t in_y0 = out_y * p.stride_h - p.pad_top;
          const int32_t in_x0 = out_x * p.stride_w - p.pad_left;
          const int8_t* window = column;
          if (in_place) {
            window = image + (in_y0 * p.in_w + in_x0) * p.in_c;
          } else {
            GatherColumn(p, image, in_y0, in_x0, column);
          }
          const int8_t* weights = filter + first * products;
          for (int32_t c = 0; c < count; c += 4, weights += 4 * products) {
            if (count - c < 4) {
              weights -= (4 - (count - c)) * products;
              c = count - 4;
            }
            const int32x4_t acc =
                vaddq_s32(DotFourRows(window, weights, products, products), vldrwq_s32(biases + c));
            vstrbq_s32(out + c, ToOutput(acc, vldrwq_s32(multipliers + c), vldrwq_s32(shifts + c),
                                         p.out_zero_point, p.out_min, p.out_max));
          }
        }
      }
    }
  }
}

}  // namespace nn

#endif  // MCUFORGE_ISA_MVE
