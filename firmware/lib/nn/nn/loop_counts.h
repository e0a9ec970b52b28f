// How often the loops of the convolutions without SIMD, and of the dsp one, run: for who estimates
// what they cost. No firmware asks; the host's runtime does, through the kernels' own predicates.

#ifndef MCUFORGE_NN_LOOP_COUNTS_H_
#define MCUFORGE_NN_LOOP_COUNTS_H_

#include <cstdint>

#include "nn/conv_params.h"

namespace nn {

// Output positions side by side along one axis that use the same taps.
struct Stretch {
  int32_t length;  // at least 1
  int32_t taps;    // 0 in a dilated window that meets nothing
};

// Of an axis, at most `outputs` of them; returns how many. Positions that use all taps are one
// stretch, each other one is alone.
int32_t FindStretches(int32_t outputs, int32_t stride, int32_t pad, int32_t kernel,
                      int32_t dilation, int32_t extent, Stretch* stretches);

// Of ConvS8 by pieces, all channels fast: sums over all blocks of channels.
struct ConvLoops {
  uint64_t pixel_groups;    // of a block
  uint64_t blocks;          // of channels, for each group of pixels
  uint64_t gathers;         // products gathered
  uint64_t runs;            // InterleaveRuns inside of the image
  uint64_t border_runs;     // and at its border
  uint64_t pieces;          // ComputePiece
  uint64_t channel_pieces;  // channels in them
  uint64_t channel_loops;   // rounds of four pairs of products
  uint64_t odd_pieces;      // channels in pieces of an odd number of products
};

// sums_in_registers: of a machine that has that.
ConvLoops CountConvLoops(const ConvParams& p, bool sums_in_registers);

// Of DepthwiseConvS8 by lines, all channels fast: of one image, one channel.
struct DepthwiseLoops {
  uint64_t blocks;   // of channels, of all of them
  uint64_t regions;  // of outputs that use the same taps
  uint64_t calls;    // ComputePixels
  uint64_t rows;     // of taps in them
  uint64_t taps;
  uint64_t odd_rows;  // of another number of taps than the one that is unrolled
};

DepthwiseLoops CountDepthwiseLoops(const ConvParams& p);

// Of DepthwiseConvS8 by planes, all channels fast; nothing where it goes another way.
struct PlaneLoops {
  uint64_t planes;        // of a channel
  uint64_t fills;         // FillRows for two channels
  uint64_t words;         // that they fill for one
  uint64_t columns;       // TwoColumns, of a channel
  uint64_t output_pairs;  // that they compute
};

PlaneLoops CountPlaneLoops(const ConvParams& p);

// How often ConvS8 of the dsp kernel gathers its columns: passes over the pixels for the channels,
// at least 2, of a group.
int32_t CountConvPasses(int32_t group_channels);

}  // namespace nn

#endif  // MCUFORGE_NN_LOOP_COUNTS_H_
