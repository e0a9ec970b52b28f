// FULLY_CONNECTED for machines without SIMD: what the portable kernel and those of Armv6-M and
// Armv7-M share. Each of them brings its own inner loop, as a class `Machine` with
//
//   kRows    rows of weights that it works off together
//   DotRows  AnyDotRows for that many

#ifndef MCUFORGE_NN_FULLY_CONNECTED_ROWS_S8_H_
#define MCUFORGE_NN_FULLY_CONNECTED_ROWS_S8_H_

#include "nn/fully_connected_s8.h"
#include "nn/scalar.h"

namespace nn {

// Adds to `start` the products of `n` inputs, their zero point taken off, with `kRows` rows of
// weights that follow each other.
template <int32_t kRows>
void AnyDotRows(const int8_t* x, const int8_t* weights, int32_t n, int32_t zero_point,
                const int32_t* start, int32_t* acc) {
  int32_t sums[kRows];
  for (int32_t row = 0; row < kRows; ++row) {
    sums[row] = start[row];
  }
  for (int32_t k = 0; k < n; ++k, ++weights) {
    const int32_t input = x[k] - zero_point;
    for (int32_t row = 0; row < kRows; ++row) {
      sums[row] += input * weights[row * n];
    }
  }
  for (int32_t row = 0; row < kRows; ++row) {
    acc[row] = sums[row];
  }
}

// FullyConnectedS8 with a machine's inner loop.
template <class Machine>
void FullyConnectedByRows(const FullyConnectedParams& p, Requant requant,
                          const ChannelScales* channel_scales, const int8_t* input,
                          const int8_t* filter, const int32_t* bias, int8_t* output) {
  const int32_t features = static_cast<int32_t>(p.in_features);
  const int32_t channels = static_cast<int32_t>(p.out_features);
  constexpr int32_t kRows = Machine::kRows;
  static const int32_t kNoBias[kRows] = {};
  ScalarChannel scalar_channels[kRows];
  scalar_channels[0] = MakeScalarChannel(requant, 0, p.in_features);
  if (bias && !AreSmallBiases(bias, p.out_features)) {
    scalar_channels[0].kind = ChannelKind::kSlow;
  }
  for (int32_t first = 0, count; first < channels; first += count) {
    // The last rows start early enough to be whole; what they compute again comes out the same.
    count = channels < kRows ? 1 : kRows;
    const int32_t channel = first + count <= channels ? first : channels - count;
    const int32_t* const start = bias ? bias + channel : kNoBias;
    for (int32_t i = 0; channel_scales && i < count; ++i) {
      scalar_channels[i] =
          MakeScalarChannel(ChannelRequant(*channel_scales, static_cast<uint32_t>(channel + i)),
                            start[i], p.in_features);
    }
    const int8_t* const weights = filter + channel * features;
    for (uint32_t batch = 0; batch < p.batches; ++batch) {
      const int8_t* const x = input + batch * p.in_features;
      int32_t acc[kRows];
      if (count == kRows) {
        Machine::DotRows(x, weights, features, p.in_zero_point, start, acc);
      } else {
        AnyDotRows<1>(x, weights, features, p.in_zero_point, start, acc);
      }
      FinishChannels(scalar_channels, channel_scales ? count : 1, p.out_zero_point, acc, 1,
                     channel_scales ? 1 : count, output + batch * p.out_features + channel, 1);
    }
  }
  ClampAll(output, p.batches * p.out_features, p.out_min, p.out_max);
}

}  // namespace nn

#endif  // MCUFORGE_NN_FULLY_CONNECTED_ROWS_S8_H_
