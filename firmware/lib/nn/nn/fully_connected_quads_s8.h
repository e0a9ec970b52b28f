// FULLY_CONNECTED, int8, for generated code on machines without SIMD: weights of several channels
// to a word, of which one multiplication does two. codegen/aot/quads.py makes them.
//
// Weights are bytes u = w + 128. A word has those of four channels a, b, c and d for one input, as
// u_a, u_c, u_b, u_d from the lowest on, so that `word & 0x00ff00ff` is u_a + u_b * 2^16, and
// `(word >> 8) & 0x00ff00ff` the same of c and d. Times the inputs x of a group of four,
//
//   P = 0x8000 - (sum of x) * 0x00800080 + sum of (u_a + u_b * 2^16) * x
//
// is 0x8000 + A + B * 2^16 with the group's sums A and B of w * x, if both fit into int16 whatever
// the inputs: B is P's signed upper half. What is added to the products is the same for all
// channels. A weight that is too large for its group is shortened, and what it lacks is told
// beside.
//
// Channels go by fours; what is left behind the last four by pairs, of which the last starts early
// enough to be whole. A pair's word has two inputs k and k + 1: u_a[k], u_a[k + 1], u_b[k],
// u_b[k + 1].

#ifndef MCUFORGE_NN_FULLY_CONNECTED_QUADS_S8_H_
#define MCUFORGE_NN_FULLY_CONNECTED_QUADS_S8_H_

#include "nn/fully_connected_s8.h"

namespace nn {

// 256 times a bias in [-2^23, 2^23), plus the right shift behind the multiplier, in [1, 23].
using QuadBias = int32_t;

// Of the weights that are shortened: 256 times a weight's number in the filter, in [0, 2^24), plus
// the byte that it lacks.
struct Shortages {
  uint32_t count;
  const uint32_t* words;
};

// FullyConnectedS8 of at least 2 channels that can all go the short way.
//   multiplier   of all channels, unless there are
//   channel_multipliers [out_features]
//   biases       [out_features]; the input's zero point is in them, times the sum of the weights
//   weights      as above; 128 behind the last input of a channel
//   input        4-byte aligned; up to 3 bytes behind it are read, whatever they are; with several
//                batches in_features is a multiple of 4
void FullyConnectedQuadsS8(const FullyConnectedParams& params, int32_t multiplier,
                           const int32_t* channel_multipliers, const QuadBias* biases,
                           const uint32_t* weights, const Shortages& shortages, const int8_t* input,
                           int8_t* output);

}  // namespace nn

#endif  // MCUFORGE_NN_FULLY_CONNECTED_QUADS_S8_H_
