// DEPTHWISE_CONV_2D for machines without SIMD: what the portable kernel and those of Armv6-M and
// Armv7-M share. Each of them brings its own inner loop, as a class `Machine` with
//
//   ComputePixels(group)  see PixelGroup
//
// Three output pixels at a time that use the same taps, channel after channel: a weight is loaded
// once for all three. The zero point is taken off through the sum of the weights.

#ifndef MCUFORGE_NN_DEPTHWISE_LINES_S8_H_
#define MCUFORGE_NN_DEPTHWISE_LINES_S8_H_

#include "nn/depthwise_channel_s8.h"
#include "nn/depthwise_conv_s8.h"
#include "nn/scalar.h"
#include "nn/strips.h"

namespace nn {

constexpr int32_t kLinePixels = 3;

// What ComputePixels works on; assembly knows the offsets. Some fields advance.
struct PixelGroup {
  const int8_t* input;  // the first pixel's first tap in the first channel
  const int8_t* weights;
  int32_t tap_step;          // from tap to tap, bytes of input
  int32_t pixel_step;        // from pixel to pixel; 0, as output_step: there is only one
  int32_t weights_step;      // from tap to tap
  int32_t row_step;          // from a row of taps to the next, bytes of input
  int32_t weights_row_step;  // the same in bytes of weights
  int32_t taps;              // in a row, at least 1
  int32_t rows;              // of taps, at least 1
  int32_t in_zero_point;
  const FastChannel* channels;
  int32_t count;  // of channels, at least 1
  int8_t* output;
  int32_t output_step;  // from pixel to pixel
};

// How many outputs from `first` on use the same taps of one axis as it does: those that use all
// `kernel` taps, or one.
inline int32_t CountAlike(int32_t first, int32_t outputs, int32_t stride, int32_t pad,
                          int32_t kernel, int32_t dilation, int32_t extent) {
  const int32_t origin = first * stride - pad;
  int32_t last_tap = origin + (kernel - 1) * dilation;
  int32_t count = 1;
  if (origin >= 0 && last_tap < extent) {
    while (first + count < outputs && (last_tap += stride) < extent) {
      ++count;
    }
  }
  return count;
}

// Whether the lines of outputs that use the same taps go along their width.
inline bool LinesGoAcross(int32_t width, int32_t height) {
  return width >= kLinePixels || width >= height;
}

// `pixels` in a line, from the group's input and output on.
template <class Machine>
void ComputeLine(const PixelGroup& line, int32_t pixels) {
  for (int32_t pixel = 0; pixel < pixels;) {
    PixelGroup group = line;
    int32_t first = pixel;
    if (pixels < kLinePixels) {
      group.pixel_step = group.output_step = 0;
      ++pixel;
    } else {  // the last three start early enough to be whole
      first = pixel + kLinePixels <= pixels ? pixel : pixels - kLinePixels;
      pixel += kLinePixels;
    }
    group.input += first * line.pixel_step;
    group.output += first * line.output_step;
    Machine::ComputePixels(&group);
  }
}

// The same where no tap meets the input.
inline void FillLine(const PixelGroup& line, int32_t pixels) {
  for (int32_t c = 0; c < line.count; ++c) {
    for (int32_t pixel = 0; pixel < pixels; ++pixel) {
      line.output[pixel * line.output_step + c] =
          FastOutput(line.channels[c].bias, line.channels[c]);
    }
  }
}

// Some channels of one image, as fast ones.
template <class Machine>
void ComputeImage(const ConvParams& p, PixelGroup group, const int8_t* image, const int8_t* weights,
                  int8_t* output) {
  const int32_t channels = p.out_c;
  group.tap_step = p.dilation_w * channels;
  group.row_step = p.dilation_h * p.in_w * channels;
  group.weights_step = channels;
  group.weights_row_step = p.kernel_w * channels;
  for (int32_t out_y = 0, height; out_y < p.out_h; out_y += height) {
    const int32_t in_y0 = out_y * p.stride_h - p.pad_top;
    const TapRange ky_range = ClipTaps(in_y0, p.kernel_h, p.dilation_h, p.in_h);
    height = CountAlike(out_y, p.out_h, p.stride_h, p.pad_top, p.kernel_h, p.dilation_h, p.in_h);
    group.rows = ky_range.end - ky_range.first;
    for (int32_t out_x = 0, width; out_x < p.out_w; out_x += width) {
      const int32_t in_x0 = out_x * p.stride_w - p.pad_left;
      const TapRange kx_range = ClipTaps(in_x0, p.kernel_w, p.dilation_w, p.in_w);
      width = CountAlike(out_x, p.out_w, p.stride_w, p.pad_left, p.kernel_w, p.dilation_w, p.in_w);
      group.taps = kx_range.end - kx_range.first;
      const bool across = LinesGoAcross(width, height);
      const int32_t length = across ? width : height;
      const int32_t lines = across ? height : width;
      const int32_t in_steps[2] = {p.stride_w * channels, p.stride_h * p.in_w * channels};
      const int32_t out_steps[2] = {channels, p.out_w * channels};
      group.pixel_step = in_steps[across ? 0 : 1];
      group.output_step = out_steps[across ? 0 : 1];
      group.weights = weights + (ky_range.first * p.kernel_w + kx_range.first) * channels;
      group.input = image + ((in_y0 + ky_range.first * p.dilation_h) * p.in_w + in_x0 +
                             kx_range.first * p.dilation_w) *
                                channels;
      group.output = output + (out_y * p.out_w + out_x) * channels;
      const bool padding_alone = group.rows == 0 || group.taps == 0;  // in a dilated window
      for (int32_t line = 0; line < lines; ++line) {
        if (padding_alone) {
          FillLine(group, length);
        } else {
          ComputeLine<Machine>(group, length);
        }
        group.input += in_steps[across ? 1 : 0];
        group.output += out_steps[across ? 1 : 0];
      }
    }
  }
}

// DepthwiseConvS8 with a machine's inner loop. kAllFast: DepthwiseConvFastS8; kByStrips:
// DepthwiseConvBlockStripsS8.
template <class Machine, bool kAllFast, bool kByStrips>
void DepthwiseByLines(const ConvParams& p, const ChannelScales& scales, const int8_t* input,
                      const int8_t* filter, const int32_t* bias, int8_t* output, void* scratch,
                      int32_t rows) {
  FastChannel* const channels = static_cast<FastChannel*>(scratch);
  PixelGroup group;
  group.in_zero_point = p.in_zero_point;
  group.channels = channels;
  for (int32_t first = 0; first < p.out_c; first += group.count) {
    const int32_t left = p.out_c - first;
    group.count = left < kDepthwiseConvS8ScalarBlock ? left : kDepthwiseConvS8ScalarBlock;
    int32_t fast = 0;
    for (int32_t c = first; c < first + group.count; ++c) {
      // One that is not fast is computed with its neighbours all the same, as nothing, then again.
      channels[c - first] = FastChannel{};
      fast += (kAllFast || p.filter_c == 1) &&
              MakeFastChannel(ChannelRequant(scales, static_cast<uint32_t>(c)), bias ? bias[c] : 0,
                              static_cast<uint32_t>(p.kernel_h * p.kernel_w), p.out_zero_point,
                              &channels[c - first]);
    }
    InStrips<kByStrips>(
        p, input, output, rows, [&](const ConvParams& strip, const int8_t* in, int8_t* out) {
          for (int32_t batch = 0; (kAllFast || fast != 0) && batch < strip.batches; ++batch) {
            ComputeImage<Machine>(
                strip, group, in + batch * strip.in_h * strip.in_w * strip.in_c + first,
                filter + first, out + batch * strip.out_h * strip.out_w * strip.out_c + first);
          }
          for (int32_t c = 0; !kAllFast && fast != group.count && c < group.count; ++c) {
            if (channels[c].right == 0) {
              DepthwiseChannelS8(strip, scales, first + c, in, filter, bias, out);
            }
          }
        });
  }
  ClampAll(output, static_cast<uint32_t>(p.batches * p.out_h * p.out_w * p.out_c), p.out_min,
           p.out_max);
}

}  // namespace nn

#endif  // MCUFORGE_NN_DEPTHWISE_LINES_S8_H_
