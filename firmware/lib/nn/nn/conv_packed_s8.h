// CONV_2D, int8, with packed weights: for generated code on machines with DSP instructions.

#ifndef MCUFORGE_NN_CONV_PACKED_S8_H_
#define MCUFORGE_NN_CONV_PACKED_S8_H_

#include "nn/conv_params.h"
#include "nn/packed_weights_s8.h"

namespace nn {

// For an op of which some channels give the same whatever the input, as dead ones do: the others.
struct LiveChannels {
  uint32_t count;           // at least 2
  const uint16_t* numbers;  // [count]; one may be there again
  const int8_t* pixel;      // [out_c]: what the channels that are not among them give, 0 for these
};

// Scratch that ConvPackedS8 needs, bytes: two windows as int16, one as bytes where they are not
// gathered by words, and two pixels of what is computed if that are `live` channels, not 0.
constexpr uint32_t ConvPackedS8ScratchBytes(const ConvParams& p, uint32_t live) {
  const uint32_t products = static_cast<uint32_t>(p.kernel_h) * p.kernel_w * p.filter_c;
  const uint32_t whole_blocks = (products + 3) & ~UINT32_C(3);
  return 4 * whole_blocks + ((p.filter_c & 3) == 0 ? 0 : whole_blocks) + 2 * live;
}

// ConvS8 without groups, of at least 2 channels that can go the short way; `live` says which, null
// that all can.
//   channels  [channels, 2]: multiplier and BiasAndShift
//   weights   packed; the products k of a window by fours as 0, 2 and 1, 3; of a rest of three as
//             0, 2 and 1, none; of one or two as 0, 1
//   scratch   ConvPackedS8ScratchBytes, 4-byte aligned
void ConvPackedS8(const ConvParams& params, const LiveChannels* live, const int32_t* channels,
                  const uint32_t* weights, const int8_t* input, int8_t* output, void* scratch);

// The same by strips of `rows` output rows (strips.h).
void ConvPackedStripsS8(const ConvParams& params, const LiveChannels* live, const int32_t* channels,
                        const uint32_t* weights, const int8_t* input, int8_t* output, void* scratch,
                        int32_t rows);

}  // namespace nn

#endif  // MCUFORGE_NN_CONV_PACKED_S8_H_
