#include "nn/isa.h"

#if MCUFORGE_PORTABLE

// Small rather than fast: what others are compared with, and what the host has.
#pragma GCC optimize("Os")

#include "nn/conv_pieces_s8.h"

namespace nn {
namespace {

struct Portable {
  static constexpr bool kSumsInRegisters = true;
  static void ComputePiece(Piece* piece);
  static void InterleaveRuns(const int8_t* const* from, int32_t offset, int32_t count,
                             uint32_t* to);
};

void Portable::ComputePiece(Piece* piece) {
  const int8_t* w = piece->weights;
  for (int32_t c = 0; c < piece->count; ++c, w += piece->weights_step) {
    uint32_t own[kConvPixels];
    uint32_t* const sums = piece->starting && piece->out ? own : piece->sums + kConvPixels * c;
    if (piece->starting) {
      StartSums(static_cast<uint32_t>(piece->starting[c].bias), piece->start, sums);
    }
    const auto split = [&](uint32_t* pair, uint32_t two) {
      pair[0] += two;
      pair[1] += static_cast<uint32_t>(static_cast<int32_t>(two) >> 16);
    };
    const uint32_t* x = piece->columns;
    if (piece->odd) {
      const uint32_t w0 = static_cast<uint32_t>(*w++);
      split(sums, x[0] * w0 + kSplitOffset);
      split(sums + 2, x[1] * w0 + kSplitOffset);
      x += 2;
    }
    for (int32_t i = 0; i < piece->pairs; ++i, x += 4, w += 2) {
      const uint32_t w0 = static_cast<uint32_t>(w[0]);
      const uint32_t w1 = static_cast<uint32_t>(w[1]);
      split(sums, x[0] * w0 + x[2] * w1 + kSplitOffset);
      split(sums + 2, x[1] * w0 + x[3] * w1 + kSplitOffset);
    }
    if (piece->out) {
      Unpair(sums, 1);
      FinishChannels(piece->ending + c, 1, piece->twice_zero_point >> 1,
                     reinterpret_cast<const int32_t*>(sums), kConvPixels, kConvPixels,
                     piece->out + c, piece->out_step);
    }
  }
}

void Portable::InterleaveRuns(const int8_t* const* from, int32_t offset, int32_t count,
                              uint32_t* to) {
  for (const int32_t end = offset + count; offset != end; ++offset, to += 2) {
    to[0] = static_cast<uint32_t>(from[0][offset] + from[1][offset] * (1 << 16));
    to[1] = static_cast<uint32_t>(from[2][offset] + from[3][offset] * (1 << 16));
  }
}

}  // namespace

void ConvS8(const ConvParams& p, const ChannelScales& scales, const int8_t* input,
            const int8_t* filter, const int32_t* bias, int8_t* output, void* scratch) {
  ConvByPieces<Portable, false, false>(p, scales, input, filter, bias, output, scratch, 0);
}

void ConvFastS8(const ConvParams& p, const ChannelScales& scales, const int8_t* input,
                const int8_t* filter, const int32_t* bias, int8_t* output, void* scratch) {
  ConvByPieces<Portable, true, false>(p, scales, input, filter, bias, output, scratch, 0);
}

void ConvStripsS8(const ConvParams& p, const ChannelScales& scales, const int8_t* input,
                  const int8_t* filter, const int32_t* bias, int8_t* output, void* scratch,
                  int32_t rows) {
  ConvByPieces<Portable, false, true>(p, scales, input, filter, bias, output, scratch, rows);
}

void ConvFastStripsS8(const ConvParams& p, const ChannelScales& scales, const int8_t* input,
                      const int8_t* filter, const int32_t* bias, int8_t* output, void* scratch,
                      int32_t rows) {
  ConvByPieces<Portable, true, true>(p, scales, input, filter, bias, output, scratch, rows);
}

void ConvReadyS8(const ConvParams& p, const int32_t* channels, const int8_t* input,
                 const int8_t* filter, int8_t* output, void* scratch) {
  ConvReadyByPieces<Portable, false>(p, channels, input, filter, output, scratch, 0);
}

void ConvReadyStripsS8(const ConvParams& p, const int32_t* channels, const int8_t* input,
                       const int8_t* filter, int8_t* output, void* scratch, int32_t rows) {
  ConvReadyByPieces<Portable, true>(p, channels, input, filter, output, scratch, rows);
}

}  // namespace nn

#endif  // MCUFORGE_PORTABLE
