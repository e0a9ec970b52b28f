// CONV_2D for machines without SIMD: what the portable kernel and those of Armv6-M and Armv7-M
// share. Each of them brings its own inner loops, as a class `Machine` with
//
//   kSumsInRegisters     whether sums need no memory in a window of a single piece
//   ComputePiece(piece)  see Piece
//   InterleaveRuns(from, offset, count, to)
//                        `count` times an input of each of four pixels, from `offset` on, as two
//                        words: pixels 0 and 1, pixels 2 and 3
//
// Four output pixels at a time, as two pairs: a word of the gathered columns is x0 + x1 * 2^16, the
// inputs of a pair's two pixels, and one multiplication by a weight gives both products. Two of
// them (at most 2 * 128 * 128 in magnitude) can be summed up before they are split into two 32-bit
// accumulators. The zero point is taken off through the sum of a channel's weights.
//
// A window is worked off in pieces, so that scratch is small whatever its size; accumulators wait
// in scratch between the pieces.

#ifndef MCUFORGE_NN_CONV_PIECES_S8_H_
#define MCUFORGE_NN_CONV_PIECES_S8_H_

#include "nn/conv_constant_s8.h"
#include "nn/conv_s8.h"
#include "nn/conv_windows_s8.h"
#include "nn/scalar.h"
#include "nn/strips.h"

namespace nn {

constexpr int32_t kColumnBytes = 2 * sizeof(uint32_t);  // of one product of four pixels

// What is added before a sum of two products is split, so that its low half is in [0, 2^16) and its
// high half cannot overflow, even by (-128 * -128) * 2: the high half is then the second pixel's
// sum less one, the low half the first one's + 0x7fff.
constexpr uint32_t kSplitOffset = 0x7fffu - 0x10000u;

// What ComputePiece works on: one piece of four windows, for some channels. Assembly knows the
// offsets. Some fields advance.
struct Piece {
  const uint32_t* columns;        // two words a product: pixels 0 and 1, pixels 2 and 3
  const ScalarChannel* starting;  // in a window's first piece; sums start from their biases
  int32_t pairs;                  // of products
  int32_t odd;                    // one more product or none
  const int8_t* weights;          // of the first channel
  int32_t weights_step;           // from the end of a channel's weights to the next channel's
  uint32_t* sums;                 // kConvPixels a channel: of each pair see Unpair
  int32_t count;                  // of channels, at least 1
  uint32_t start;                 // see StartSums
  const ScalarChannel* ending;    // in the last piece of a window, of channels that are fast
  int8_t* out;                    // of these; null in other pieces
  int32_t out_step;               // from pixel to pixel
  int32_t twice_zero_point;       // of the output, and 1: what FastAddend shifts
};

// From what ComputePiece leaves to a pair's accumulators: the sum of all sums of two products and
// the sum of their high halves.
inline void Unpair(uint32_t* sums, int32_t channels) {
  for (int32_t i = 0; i < 2 * channels; ++i, sums += 2) {
    sums[0] -= sums[1] << 16;
  }
}

// What a channel's sums are before the first product: `second` is its bias and the number of splits
// to come, of which each takes one off; `start` is what the splits add to the low halves.
inline void StartSums(uint32_t second, uint32_t start, uint32_t* sums) {
  sums[0] = sums[2] = second * 0x10001 - start;
  sums[1] = sums[3] = second;
}

// ---- how a window is cut

inline int32_t WindowProducts(const ConvParams& p) { return p.kernel_h * p.kernel_w * p.filter_c; }

// Pieces do not cross the end of a `unit`: a tap that is larger than a piece, or the window.
struct Cut {
  int32_t max_piece;
  int32_t unit;
  int32_t products;  // of the window
};

// single: the window is one piece.
inline Cut CutWindow(const ConvParams& p, bool single) {
  const int32_t products = WindowProducts(p);
  const int32_t max_piece = single ? products : ConvS8ScalarPiece(p);
  return Cut{max_piece, p.filter_c > max_piece ? p.filter_c : products, products};
}

// Products of the next piece; unit_left: what is left of its unit, 0 before the first.
inline int32_t NextPiece(const Cut& cut, int32_t* unit_left) {
  if (*unit_left == 0) {
    *unit_left = cut.unit;
  }
  const int32_t count = *unit_left < cut.max_piece ? *unit_left : cut.max_piece;
  *unit_left -= count;
  return count;
}

// How often a window's sums are split.
inline int32_t CountSplits(const Cut& cut) {
  int32_t splits = 0;
  for (int32_t left = cut.products, unit_left = 0; left != 0;) {
    const int32_t count = NextPiece(cut, &unit_left);
    left -= count;
    splits += (count + 1) >> 1;
  }
  return splits;
}

// Channels for which scratch has room if windows are single pieces and all channels fast: sums need
// no room then, which the columns take, and more channels. 0 if there is none for a usual block.
inline int32_t SingleBlockChannels(const ConvParams& p) {
  const int32_t scratch = static_cast<int32_t>(ConvS8ScratchBytes(p, Isa::kScalar));
  const int32_t channels =
      (scratch - kColumnBytes * WindowProducts(p)) / static_cast<int32_t>(sizeof(ScalarChannel));
  return channels < ConvS8ScalarChannels(p) ? 0 : channels;
}

// ---- the walk

// Channels that are computed together.
struct ChannelBlock {
  ScalarChannel* channels;  // their biases have the zero point taken off
  int32_t count;            // at least 1
  bool fast;                // all of them
  bool single;              // their windows are single pieces
  bool ready;               // their biases have what splits take off added, too
  uint32_t* sums;           // room for those of the channels, if windows are not single pieces
  uint32_t* columns;
};

inline int32_t SumOfWeights(const int8_t* w, int32_t count) {
  int32_t sum = 0;
  for (; count >= 4; count -= 4, w += 4) {
    sum += w[0] + w[1] + w[2] + w[3];
  }
  for (; count != 0; --count) {
    sum += *w++;
  }
  return sum;
}

// Finds out whether a channel that is not fast is constant.
inline void FindConstant(const ConvParams& p, int32_t bias, ScalarChannel* channel) {
  const Requant requant{channel->multiplier, channel->shift};
  if (IsConstantS8(p, requant, bias, 128 * WindowProducts(p), &channel->value)) {
    channel->kind = ChannelKind::kConstant;
  }
}

[[gnu::noinline]] inline int32_t CountKind(const ScalarChannel* channels, int32_t count,
                                           ChannelKind kind) {
  int32_t found = 0;
  for (int32_t c = 0; c < count; ++c) {
    found += channels[c].kind == kind;
  }
  return found;
}

// Fills in the channels [first, end).
inline void PrepareChannels(const ConvParams& p, const ChannelScales& scales, const int8_t* filter,
                            const int32_t* bias, int32_t first, int32_t end,
                            ScalarChannel* channel) {
  const int32_t products = WindowProducts(p);
  for (int32_t c = first; c < end; ++c, ++channel) {
    const int32_t channel_bias = bias ? bias[c] : 0;
    *channel = MakeScalarChannel(ChannelRequant(scales, static_cast<uint32_t>(c)), channel_bias,
                                 static_cast<uint32_t>(products));
    if (channel->kind != ChannelKind::kFast) {
      FindConstant(p, channel_bias, channel);
    }
    channel->bias -= p.in_zero_point * SumOfWeights(filter + c * products, products);
  }
}

// Where the channels end that are of one kind with the first one.
[[gnu::noinline]] inline int32_t RunEnd(const ScalarChannel* channels, int32_t first,
                                        int32_t count) {
  int32_t end = first;
  do {
    ++end;
  } while (end < count && channels[end].kind == channels[first].kind);
  return end;
}

// All pixels of a block. input, weights, output: where the block's channels begin.
template <class Machine, bool kAllFast>
void ComputeBlock(const ConvParams& p, const ChannelBlock& block, const int8_t* input,
                  const int8_t* weights, int8_t* output) {
  const Cut cut = CutWindow(p, block.single);
  const int32_t splits = CountSplits(cut);
  for (int32_t c = 0; !block.ready && c < block.count; ++c) {
    block.channels[c].bias += splits;
  }
  int8_t padding[kPaddingRun];
  for (int8_t& x : padding) {
    x = p.in_zero_point;
  }

  // Four pixels at a time, the last four early enough to be whole. Fewer than four are taken one by
  // one, each as all four.
  const int32_t pixels = p.batches * p.out_h * p.out_w;
  const int32_t step = pixels < kConvPixels ? 1 : kConvPixels;
  const Inside inside = InsideOf(p);
  const bool taps_are_runs = TapsAreRuns(p);
  Corner corner = FirstCorner(p, input);
  Windows windows;
  windows.row_step = p.dilation_h * p.in_w * p.in_c;
  Piece piece;
  piece.columns = block.columns;
  piece.start = static_cast<uint32_t>(splits) * 0x8000;
  piece.out_step = step == 1 ? 0 : p.out_c;
  piece.twice_zero_point = 2 * p.out_zero_point + 1;
  for (int32_t left = pixels; left > 0; left -= step, output += step * p.out_c) {
    for (; left < step; ++left) {
      corner.Back(p);
      output -= p.out_c;
    }
    windows.Open(p, inside, taps_are_runs, step, &corner);
    for (int32_t begin = 0, unit_left = 0; begin < cut.products;) {
      const int32_t count = NextPiece(cut, &unit_left);
      Gather<Machine>(p, padding, &windows, count, block.columns);
      const bool last = begin + count == cut.products;
      piece.pairs = count >> 1;
      piece.odd = count & 1;
      piece.weights_step = cut.products - count;
      for (int32_t first = 0, end; first < block.count; first = end) {
        const ScalarChannel* const run = block.channels + first;
        end = kAllFast || block.fast ? block.count : RunEnd(block.channels, first, block.count);
        if (!kAllFast && run->kind == ChannelKind::kConstant) {
          continue;
        }
        uint32_t* const sums = block.sums + kConvPixels * first;
        const bool fast = kAllFast || run->kind == ChannelKind::kFast;
        piece.starting = begin == 0 ? run : nullptr;
        piece.weights = weights + first * cut.products + begin;
        piece.sums = sums;
        piece.count = end - first;
        piece.ending = run;
        piece.out = fast && last ? output + first : nullptr;
        Machine::ComputePiece(&piece);
        if (!fast && last) {
          Unpair(sums, end - first);
          FinishChannels(run, end - first, p.out_zero_point, reinterpret_cast<const int32_t*>(sums),
                         kConvPixels, kConvPixels, output + first, piece.out_step);
        }
      }
      begin += count;
    }
  }
}

// The walk over strips and blocks of channels. prepare(first, end, to): fills in these channels.
template <class Machine, bool kAllFast, bool kByStrips, class Prepare>
[[gnu::always_inline]] inline void ConvBlocks(const ConvParams& p, const Prepare& prepare,
                                              const int8_t* input, const int8_t* filter,
                                              int8_t* output, void* scratch, int32_t rows) {
  const int32_t group_channels = p.out_c / (p.in_c / p.filter_c);
  const int32_t room = ConvS8ScalarChannels(p);
  // By strips the channels, all of them, stay ready from strip to strip.
  ScalarChannel* const channels = static_cast<ScalarChannel*>(scratch);
  uint32_t* const work = reinterpret_cast<uint32_t*>(channels + (kByStrips ? p.out_c : room));
  int32_t single_channels = 0;
  if (Machine::kSumsInRegisters) {
    const bool fits = kColumnBytes * WindowProducts(p) <=
                      static_cast<int32_t>(kConvPixels * sizeof(uint32_t)) * room +
                          kColumnBytes * ConvS8ScalarPiece(p);
    single_channels = kByStrips ? (fits ? p.out_c : 0) : SingleBlockChannels(p);
  }
  ChannelBlock block;
  block.ready = false;
  InStrips<kByStrips>(
      p, input, output, rows, [&](const ConvParams& strip, const int8_t* in, int8_t* out) {
        for (int32_t first = 0; first < p.out_c; first += block.count) {
          const int32_t group = first / group_channels;
          const int32_t left = (group + 1) * group_channels - first;
          const int32_t most = single_channels ? single_channels : kConvS8ScalarBlock;
          block.channels = channels + (kByStrips ? first : 0);
          block.count = left < most ? left : most;
          if (!kByStrips || !block.ready) {
            prepare(first, first + block.count, block.channels);
          }
          block.fast =
              kAllFast || CountKind(block.channels, block.count, ChannelKind::kFast) == block.count;
          block.single = single_channels && (kAllFast || CountKind(block.channels, block.count,
                                                                   ChannelKind::kSlow) == 0);
          if (!block.single && block.count > kConvS8ScalarBlock) {
            block.count = kConvS8ScalarBlock;
          }
          block.sums = work;
          block.columns = !block.single ? work + kConvPixels * room
                          : kByStrips   ? work
                                        : reinterpret_cast<uint32_t*>(channels + block.count);
          for (int32_t c = 0; !kAllFast && c < block.count; ++c) {
            if (block.channels[c].kind == ChannelKind::kConstant) {
              FillChannelS8(strip, block.channels[c].value, out + first + c);
            }
          }
          if (kAllFast ||
              CountKind(block.channels, block.count, ChannelKind::kConstant) != block.count) {
            ComputeBlock<Machine, kAllFast>(strip, block, in + group * p.filter_c,
                                            filter + first * WindowProducts(p), out + first);
          }
        }
        block.ready = kByStrips;
      });
  ClampAll(output, static_cast<uint32_t>(p.batches * p.out_h * p.out_w * p.out_c), p.out_min,
           p.out_max);
}

// ConvS8 with a machine's inner loops. kAllFast: ConvFastS8; kByStrips: the same by strips.
template <class Machine, bool kAllFast, bool kByStrips>
[[gnu::always_inline]] inline void ConvByPieces(const ConvParams& p, const ChannelScales& scales,
                                                const int8_t* input, const int8_t* filter,
                                                const int32_t* bias, int8_t* output, void* scratch,
                                                int32_t rows) {
  const auto prepare = [&](int32_t first, int32_t end, ScalarChannel* to) {
    PrepareChannels(p, scales, filter, bias, first, end, to);
  };
  ConvBlocks<Machine, kAllFast, kByStrips>(p, prepare, input, filter, output, scratch, rows);
}

// ConvReadyS8, or by strips.
template <class Machine, bool kByStrips>
[[gnu::always_inline]] inline void ConvReadyByPieces(const ConvParams& p, const int32_t* channels,
                                                     const int8_t* input, const int8_t* filter,
                                                     int8_t* output, void* scratch, int32_t rows) {
  const auto prepare = [&](int32_t first, int32_t end, ScalarChannel* to) {
    for (const int32_t* from = channels + 2 * first; first < end; ++first, from += 2) {
      const auto shift = static_cast<int8_t>(-(from[1] & 31));
      *to++ = ScalarChannel{from[1] >> 8, from[0], shift, ChannelKind::kFast, 0};
    }
  };
  ConvBlocks<Machine, true, kByStrips>(p, prepare, input, filter, output, scratch, rows);
}

}  // namespace nn

#endif  // MCUFORGE_NN_CONV_PIECES_S8_H_
