// CONV_2D, int8, per-channel weights.

#ifndef MCUFORGE_NN_CONV_S8_H_
#define MCUFORGE_NN_CONV_S8_H_

#include "nn/conv_params.h"
#include "nn/isa.h"
#include "nn/scale.h"

namespace nn {

// Channels whose multipliers the dsp kernel keeps at hand; its columns are gathered once for each
// such block.
constexpr int32_t kConvS8Block = 32;
constexpr int32_t ConvS8BlockChannels(const ConvParams& p) {
  return p.out_c < kConvS8Block ? p.out_c : kConvS8Block;
}

// Whether the dsp kernel works by pairs of channels; else it goes channel by channel.
constexpr bool ConvS8ByPairs(const ConvParams& p) {
  return p.kernel_h * p.kernel_w * p.filter_c >= 4 && p.out_c / (p.in_c / p.filter_c) >= 2;
}

// Where the channels end that the dsp kernel takes together from `first` on, for which it gathers
// the columns once.
constexpr int32_t ConvS8PassEnd(int32_t first, int32_t group_end) {
  const int32_t end = first + kConvS8Block;
  return end < group_end ? end : group_end;
}

// Whether the mve kernel takes it for a fully connected layer.
constexpr bool ConvS8MveIsAlone(const ConvParams& p) {
  return p.batches * p.out_h * p.out_w == 1 && p.filter_c == p.in_c;
}

// Whether the mve kernel copies a window into the panel without gathering it before: every run of
// bytes begins with a vector there.
constexpr bool ConvS8MveNeedsNoColumn(const ConvParams& p) {
  return (p.kernel_h == 1 && p.kernel_w == 1) || (p.filter_c & 15) == 0;
}

// Channels that the mve kernel takes together: more where gathering a window costs more. A group's
// are cut in parts of one size, so that one channel more is not one pass more over the image.
constexpr int32_t ConvS8MveBlock(const ConvParams& p) {
  const int32_t usual = p.kernel_h == 1 && p.kernel_w == 1 ? 32 : 64;
  const int32_t channels = p.out_c / (p.in_c / p.filter_c);
  const int32_t passes = channels < usual ? 1 : (channels + usual / 2) / usual;
  return (DivideUp(channels, passes) + 1) & ~1;
}

// Groups of four channels that it prepares at once, and what it needs for one.
constexpr int32_t ConvS8MveQuads(const ConvParams& p) { return DivideUp(ConvS8MveBlock(p), 4); }
constexpr int32_t kConvS8MveQuadBytes = 48;

// From so many channels on the outputs of four pixels are too far apart for offsets of 16 bits.
constexpr int32_t kConvS8MveManyChannels = 21845;

// Channels that the scalar kernel prepares at once, and the most products of a window that it works
// off in one piece: as many whole taps as fit, or an even part of a large tap.
constexpr int32_t kConvS8ScalarBlock = 16;
constexpr int32_t kConvS8ScalarPiece = 32;
constexpr int32_t ConvS8ScalarChannels(const ConvParams& p) {
  return p.out_c < kConvS8ScalarBlock ? p.out_c : kConvS8ScalarBlock;
}
constexpr int32_t ConvS8ScalarPiece(const ConvParams& p) {
  const int32_t taps = p.kernel_h * p.kernel_w;
  if (p.filter_c > kConvS8ScalarPiece) {
    return (DivideUp(p.filter_c, DivideUp(p.filter_c, kConvS8ScalarPiece)) + 1) & ~1;
  }
  return p.filter_c * DivideUp(taps, DivideUp(taps, kConvS8ScalarPiece / p.filter_c));
}

// Scratch that ConvS8 needs on `isa`, bytes.
constexpr uint32_t ConvS8ScratchBytes(const ConvParams& p, Isa isa) {
  const uint32_t products = static_cast<uint32_t>(p.kernel_h) * p.kernel_w * p.filter_c;
  const uint32_t whole_blocks = (products + 3) & ~UINT32_C(3);
  if (isa == Isa::kDsp && ConvS8ByPairs(p)) {
    const uint32_t columns = 2 * whole_blocks * 2;
    const uint32_t as_bytes = (p.filter_c & 3) == 0 ? 0 : whole_blocks;
    return columns + 8 * static_cast<uint32_t>(ConvS8BlockChannels(p)) + as_bytes;
  }
  if (isa == Isa::kMve) {
    if (ConvS8MveIsAlone(p)) {
      return products;
    }
    const uint32_t column = ConvS8MveNeedsNoColumn(p) ? 0 : products;
    return kConvS8MveQuadBytes * static_cast<uint32_t>(ConvS8MveQuads(p)) +
           4 * ((products + 15) & ~UINT32_C(15)) + column;
  }
  if (isa == Isa::kScalar) {
    return static_cast<uint32_t>(28 * ConvS8ScalarChannels(p) + 8 * ConvS8ScalarPiece(p));
  }
  return 0;
}

// Scratch that ConvStripsS8 needs, bytes: room for what it knows of all channels, not
// of a block.
constexpr uint32_t ConvStripsS8ScratchBytes(const ConvParams& p, Isa isa) {
  int32_t more = 0;
  if (isa == Isa::kDsp && ConvS8ByPairs(p)) {
    more = 8 * (p.out_c - ConvS8BlockChannels(p));
  } else if (isa == Isa::kMve) {
    more = kConvS8MveQuadBytes * (DivideUp(p.out_c, 4) - ConvS8MveQuads(p));
  } else if (isa == Isa::kScalar) {
    more = 12 * (p.out_c - ConvS8ScalarChannels(p));
  }
  return ConvS8ScratchBytes(p, isa) + static_cast<uint32_t>(more);
}

//   input   [batches, in_h, in_w, in_c]
//   filter  [out_c, kernel_h, kernel_w, filter_c]
//   bias    [out_c] or null
//   output  [batches, out_h, out_w, out_c], not overlapping input
//   scratch ConvS8ScratchBytes, 4-byte aligned
void ConvS8(const ConvParams& params, const ChannelScales& scales, const int8_t* input,
            const int8_t* filter, const int32_t* bias, int8_t* output, void* scratch);

// The same by pairs of channels (ConvS8ByPairs) that can all go the short way (IsFast): for
// generated code, which knows that, and then links nothing for other channels.
#if !MCUFORGE_ISA_MVE
void ConvFastS8(const ConvParams& params, const ChannelScales& scales, const int8_t* input,
                const int8_t* filter, const int32_t* bias, int8_t* output, void* scratch);
#else
inline void ConvFastS8(const ConvParams& params, const ChannelScales& scales, const int8_t* input,
                       const int8_t* filter, const int32_t* bias, int8_t* output, void* scratch) {
  ConvS8(params, scales, input, filter, bias, output, scratch);
}
#endif

// The same by strips of `rows` output rows (strips.h), without groups. Scratch is of
// ConvStripsS8ScratchBytes: channels are made ready once.
void ConvStripsS8(const ConvParams& params, const ChannelScales& scales, const int8_t* input,
                  const int8_t* filter, const int32_t* bias, int8_t* output, void* scratch,
                  int32_t rows);
#if !MCUFORGE_ISA_MVE
void ConvFastStripsS8(const ConvParams& params, const ChannelScales& scales, const int8_t* input,
                      const int8_t* filter, const int32_t* bias, int8_t* output, void* scratch,
                      int32_t rows);
#else
inline void ConvFastStripsS8(const ConvParams& params, const ChannelScales& scales,
                             const int8_t* input, const int8_t* filter, const int32_t* bias,
                             int8_t* output, void* scratch, int32_t rows) {
  ConvStripsS8(params, scales, input, filter, bias, output, scratch, rows);
}
#endif

// ConvFastS8 with its channels ready, for generated code on machines without SIMD, and by strips.
//   channels  [out_c, 2]: the multiplier, and 256 times the bias, in [-2^23, 2^23), with what the
//             input's zero point adds in it, plus the right shift, in [1, 23]
void ConvReadyS8(const ConvParams& params, const int32_t* channels, const int8_t* input,
                 const int8_t* filter, int8_t* output, void* scratch);
void ConvReadyStripsS8(const ConvParams& params, const int32_t* channels, const int8_t* input,
                       const int8_t* filter, int8_t* output, void* scratch, int32_t rows);

// Output channels [first, end) of the same, without scratch, for the dsp kernel.
void ConvChannelsS8(const ConvParams& params, const ChannelScales& scales, int32_t first,
                    int32_t end, const int8_t* input, const int8_t* filter, const int32_t* bias,
                    int8_t* output);

}  // namespace nn

#endif  // MCUFORGE_NN_CONV_S8_H_
