// DEPTHWISE_CONV_2D, int8, per-channel weights, any channel multiplier.

#ifndef MCUFORGE_NN_DEPTHWISE_CONV_S8_H_
#define MCUFORGE_NN_DEPTHWISE_CONV_S8_H_

#include "nn/conv_params.h"
#include "nn/depthwise_plane_s8.h"
#include "nn/isa.h"
#include "nn/scale.h"

namespace nn {

// Whether the dsp kernel takes four channels at a time; else it goes channel by channel as the
// scalar one does.
constexpr bool DepthwiseConvS8ByFour(const ConvParams& p) {
  return p.filter_c == 1 && p.out_c >= 4;
}

// Whether the dsp kernel, of these, goes by planes.
constexpr bool DepthwiseConvS8ByPlane(const ConvParams& p) {
  return DepthwiseConvS8ByFour(p) && IsPlaneWindow(p);
}

// Whether a block of channels reads and writes no others, so that each may be finished before the
// next one begins where the output lies on the input.
constexpr bool DepthwiseConvS8InBlocks(const ConvParams& p) {
  return p.filter_c == 1 && (p.out_c & 3) == 0;
}

// The mve kernel takes so many channels at once, and spreads out of each patches of so many bytes.
constexpr int32_t kDepthwiseConvS8MveBlock = 16;
constexpr int32_t kDepthwiseConvS8MvePatchBytes = 16;
// What it needs beside for each of them, and for a block.
constexpr int32_t kDepthwiseConvS8MveFactorBytes = 12;
constexpr int32_t kDepthwiseConvS8MveLanesBytes = 48;

// A window is worked off by tiles that are no larger than a patch; it is one if it can be.
constexpr bool DepthwiseConvS8MveIsOneTile(const ConvParams& p) {
  return p.kernel_h * p.kernel_w <= kDepthwiseConvS8MvePatchBytes;
}

// Taps of a patch that is `side` long, if so many outputs side by side are to share it.
constexpr int32_t DepthwiseConvS8MveTileSide(int32_t side, int32_t outputs, int32_t stride,
                                             int32_t dilation, int32_t kernel) {
  const int32_t more = dilation == 1 ? (outputs - 1) * stride : 0;
  const int32_t taps = more < side ? side - more : side;
  return kernel < taps ? kernel : taps;
}

// Of windows in one column or row four outputs share a patch, of others two by two.
constexpr int32_t DepthwiseConvS8MveTileHeight(const ConvParams& p) {
  return DepthwiseConvS8MveIsOneTile(p) ? p.kernel_h
         : p.kernel_h == 1              ? 1
         : p.kernel_w == 1 ? DepthwiseConvS8MveTileSide(16, 4, p.stride_h, p.dilation_h, p.kernel_h)
                           : DepthwiseConvS8MveTileSide(4, 2, p.stride_h, p.dilation_h, p.kernel_h);
}
constexpr int32_t DepthwiseConvS8MveTileWidth(const ConvParams& p) {
  return DepthwiseConvS8MveIsOneTile(p) ? p.kernel_w
         : p.kernel_w == 1              ? 1
         : p.kernel_h == 1 ? DepthwiseConvS8MveTileSide(16, 4, p.stride_w, p.dilation_w, p.kernel_w)
                           : DepthwiseConvS8MveTileSide(4, 2, p.stride_w, p.dilation_w, p.kernel_w);
}

// Patches side by side, at most: one holds four outputs of a window of 3x3.
constexpr int32_t DepthwiseConvS8MvePatches(const ConvParams& p) {
  return p.stride_h * p.stride_w * p.dilation_h * p.dilation_w == 1 && p.kernel_h * p.kernel_w <= 9
             ? 1
             : 2;
}

// Channels that the scalar kernel prepares at once.
constexpr int32_t kDepthwiseConvS8ScalarBlock = 16;

// Scratch that DepthwiseConvS8 needs on `isa`, bytes.
constexpr uint32_t DepthwiseConvS8ScratchBytes(const ConvParams& p, Isa isa) {
  if (isa == Isa::kDsp && DepthwiseConvS8ByFour(p)) {
    return 64 + 8 * static_cast<uint32_t>(p.kernel_h) * p.kernel_w +
           (IsPlaneWindow(p) ? PlaneBytes(p) : 0);
  }
  if (isa == Isa::kMve) {
    const int32_t channels =
        p.out_c < kDepthwiseConvS8MveBlock ? p.out_c : kDepthwiseConvS8MveBlock;
    const int32_t planes = DepthwiseConvS8MvePatches(p) + 1 +         // weights
                           (DepthwiseConvS8MveIsOneTile(p) ? 0 : 1);  // sums
    return static_cast<uint32_t>(
        channels * (planes * kDepthwiseConvS8MvePatchBytes + kDepthwiseConvS8MveFactorBytes) +
        kDepthwiseConvS8MveLanesBytes);
  }
  if (isa == Isa::kScalar) {
    return 16 * static_cast<uint32_t>(
                    p.out_c < kDepthwiseConvS8ScalarBlock ? p.out_c : kDepthwiseConvS8ScalarBlock);
  }
  return 0;
}

//   input   [batches, in_h, in_w, in_c]
//   filter  [1, kernel_h, kernel_w, out_c]
//   bias    [out_c] or null
//   output  [batches, out_h, out_w, out_c], not overlapping input
//   scratch DepthwiseConvS8ScratchBytes, 4-byte aligned
// Output channel c reads input channel c / filter_c.
void DepthwiseConvS8(const ConvParams& params, const ChannelScales& scales, const int8_t* input,
                     const int8_t* filter, const int32_t* bias, int8_t* output, void* scratch);

// The same where the multiplier is 1 and all channels can go the short way (MakeFastChannel): for
// generated code, which knows that, and then links nothing for other channels.
#if !MCUFORGE_ISA_DSP && !MCUFORGE_ISA_MVE
void DepthwiseConvFastS8(const ConvParams& params, const ChannelScales& scales, const int8_t* input,
                         const int8_t* filter, const int32_t* bias, int8_t* output, void* scratch);
#else
inline void DepthwiseConvFastS8(const ConvParams& params, const ChannelScales& scales,
                                const int8_t* input, const int8_t* filter, const int32_t* bias,
                                int8_t* output, void* scratch) {
  DepthwiseConvS8(params, scales, input, filter, bias, output, scratch);
}
#endif

// The same as DepthwiseConvS8 by strips of `rows` output rows (strips.h).
void DepthwiseConvStripsS8(const ConvParams& params, const ChannelScales& scales,
                           const int8_t* input, const int8_t* filter, const int32_t* bias,
                           int8_t* output, void* scratch, int32_t rows);

// The same channels first: those of a block are made ready once, for all of its strips. For a
// multiplier of 1 and channels in fours (DepthwiseConvS8InBlocks), and an output that starts a
// multiple of the channels from the input, so that no channel is written on another one.
void DepthwiseConvBlockStripsS8(const ConvParams& params, const ChannelScales& scales,
                                const int8_t* input, const int8_t* filter, const int32_t* bias,
                                int8_t* output, void* scratch, int32_t rows);
#if !MCUFORGE_ISA_DSP && !MCUFORGE_ISA_MVE
void DepthwiseConvFastBlockStripsS8(const ConvParams& params, const ChannelScales& scales,
                                    const int8_t* input, const int8_t* filter, const int32_t* bias,
                                    int8_t* output, void* scratch, int32_t rows);
#else
inline void DepthwiseConvFastBlockStripsS8(const ConvParams& params, const ChannelScales& scales,
                                           const int8_t* input, const int8_t* filter,
                                           const int32_t* bias, int8_t* output, void* scratch,
                                           int32_t rows) {
  DepthwiseConvBlockStripsS8(params, scales, input, filter, bias, output, scratch, rows);
}
#endif

}  // namespace nn

#endif  // MCUFORGE_NN_DEPTHWISE_CONV_S8_H_
