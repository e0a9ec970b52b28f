#include "nn/loop_counts.h"

#include "nn/isa.h"

#if MCUFORGE_PORTABLE

#include "nn/conv_pieces_s8.h"
#include "nn/depthwise_lines_s8.h"

namespace nn {
namespace {

constexpr int32_t kUnrolledPairs = 4;  // of products, in a round of the assembler's ComputePiece
constexpr int32_t kUnrolledTaps = 3;   // in a row of the assembler's ComputePixels

// How often Gather calls InterleaveRuns for the next `count` inputs.
uint64_t CountRuns(const ConvParams& p, int32_t count, Windows* w) {
  uint64_t runs = 0;
  for (; count != 0; ++runs) {
    const int32_t most = w->inside || count < kPaddingRun ? count : kPaddingRun;
    const int32_t run = w->run_left < most ? w->run_left : most;
    count -= run;
    w->Pass(p, run);
  }
  return runs;
}

}  // namespace

int32_t FindStretches(int32_t outputs, int32_t stride, int32_t pad, int32_t kernel,
                      int32_t dilation, int32_t extent, Stretch* stretches) {
  int32_t count = 0;
  for (int32_t first = 0; first < outputs; first += stretches[count++].length) {
    const TapRange taps = ClipTaps(first * stride - pad, kernel, dilation, extent);
    stretches[count].length = CountAlike(first, outputs, stride, pad, kernel, dilation, extent);
    stretches[count].taps = taps.end - taps.first;
  }
  return count;
}

ConvLoops CountConvLoops(const ConvParams& p, bool sums_in_registers) {
  const int32_t single_channels = sums_in_registers ? SingleBlockChannels(p) : 0;
  const Cut cut = CutWindow(p, single_channels != 0);
  const int32_t groups = p.in_c / p.filter_c;
  const int32_t most = single_channels ? single_channels : kConvS8ScalarBlock;
  const uint64_t blocks = static_cast<uint64_t>(groups * DivideUp(p.out_c / groups, most));
  const uint64_t channels = p.out_c;
  const int32_t pixels = p.batches * p.out_h * p.out_w;
  const int32_t step = pixels < kConvPixels ? 1 : kConvPixels;
  Corner corner = FirstCorner(p, nullptr);
  Windows windows;
  windows.row_step = 0;
  ConvLoops loops{};
  for (int32_t left = pixels; left > 0; left -= step) {
    for (; left < step; ++left) {
      corner.Back(p);
    }
    windows.Open(p, InsideOf(p), TapsAreRuns(p), step, &corner);
    ++loops.pixel_groups;
    loops.blocks += blocks;
    int32_t unit_left = 0;
    for (int32_t begin = 0, count; begin < cut.products; begin += count) {
      count = NextPiece(cut, &unit_left);
      const uint64_t runs = blocks * CountRuns(p, count, &windows);
      (windows.inside ? loops.runs : loops.border_runs) += runs;
      loops.gathers += blocks * static_cast<uint64_t>(count);
      loops.pieces += blocks;
      loops.channel_pieces += channels;
      loops.channel_loops += channels * static_cast<uint64_t>(DivideUp(count >> 1, kUnrolledPairs));
      loops.odd_pieces += channels * static_cast<uint64_t>(count & 1);
    }
  }
  return loops;
}

DepthwiseLoops CountDepthwiseLoops(const ConvParams& p) {
  DepthwiseLoops loops{};
  loops.blocks = static_cast<uint64_t>(DivideUp(p.out_c, kDepthwiseConvS8ScalarBlock));
  for (int32_t out_y = 0, height; out_y < p.out_h; out_y += height) {
    const TapRange ky = ClipTaps(out_y * p.stride_h - p.pad_top, p.kernel_h, p.dilation_h, p.in_h);
    height = CountAlike(out_y, p.out_h, p.stride_h, p.pad_top, p.kernel_h, p.dilation_h, p.in_h);
    const int32_t rows = ky.end - ky.first;
    for (int32_t out_x = 0, width; out_x < p.out_w; out_x += width) {
      const TapRange kx =
          ClipTaps(out_x * p.stride_w - p.pad_left, p.kernel_w, p.dilation_w, p.in_w);
      width = CountAlike(out_x, p.out_w, p.stride_w, p.pad_left, p.kernel_w, p.dilation_w, p.in_w);
      const int32_t taps = kx.end - kx.first;
      const bool across = LinesGoAcross(width, height);
      const int32_t length = across ? width : height;
      const int32_t lines = across ? height : width;
      const int32_t of_line = length < kLinePixels ? length : DivideUp(length, kLinePixels);
      const uint64_t calls = static_cast<uint64_t>(lines * of_line);
      ++loops.regions;
      loops.calls += calls;
      loops.rows += calls * static_cast<uint64_t>(rows);
      loops.taps += calls * static_cast<uint64_t>(rows * taps);
      loops.odd_rows += taps == kUnrolledTaps ? 0 : calls * static_cast<uint64_t>(rows);
    }
  }
  return loops;
}

PlaneLoops CountPlaneLoops(const ConvParams& p) {
  PlaneLoops loops{};
  const int32_t pairs = PlanePairs(p);
  for (int32_t out_y = 0, height; DepthwiseConvS8ByPlane(p) && out_y < p.out_h; out_y += height) {
    const int32_t most = PlaneRows(p) - 2;
    height = p.out_h - out_y < most ? p.out_h - out_y : most;
    ++loops.planes;
    loops.fills += static_cast<uint64_t>(pairs);
    loops.words += static_cast<uint64_t>(pairs * (height + 2));
    loops.columns += static_cast<uint64_t>(pairs - 1);
    loops.output_pairs += static_cast<uint64_t>((pairs - 1) * height);
  }
  return loops;
}

int32_t CountConvPasses(int32_t group_channels) {
  int32_t passes = 0;
  for (int32_t first = 0; first < group_channels; ++passes) {
    first = ConvS8PassEnd(first, group_channels);
  }
  return passes;
}

}  // namespace nn

#endif  // MCUFORGE_PORTABLE
