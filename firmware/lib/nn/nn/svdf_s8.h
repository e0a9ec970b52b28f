// SVDF with int8 activations and an int8 or int16 state: a layer whose weights over features and
// time are of low rank. Nakkiran et al., "Compressing Deep Neural Networks using a Rank-Constrained
// Topology", 2015.

#ifndef MCUFORGE_NN_SVDF_S8_H_
#define MCUFORGE_NN_SVDF_S8_H_

#include "nn/requantize.h"

namespace nn {

struct SvdfParams {
  uint32_t batches, features, units;
  uint32_t rank;    // filters of a unit
  uint32_t memory;  // of a filter: how many of its last values are kept
  Requant feature;  // from an input product to a state
  Requant time;     // from a state product to the output
  int8_t in_zero_point, state_zero_point, out_zero_point;
};

//   input           [batches, features]
//   feature_weights [units * rank, features]
//   time_weights    [units * rank, memory]
//   bias            [units]
//   state           [batches, units * rank, memory], the newest value last; before and after
//   output          [batches, units], not overlapping input or state
void SvdfS8(const SvdfParams& params, const int8_t* input, const int8_t* feature_weights,
            const int8_t* time_weights, const int32_t* bias, int8_t* state, int8_t* output);
void SvdfS8(const SvdfParams& params, const int8_t* input, const int8_t* feature_weights,
            const int16_t* time_weights, const int32_t* bias, int16_t* state, int8_t* output);

}  // namespace nn

#endif  // MCUFORGE_NN_SVDF_S8_H_
