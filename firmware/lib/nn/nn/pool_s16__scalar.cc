// Small rather than fast: it runs once a value, not once a product.
#pragma GCC optimize("Os")

#include "nn/pool_s16.h"
#include "nn/requantize.h"
#include "nn/window_run.h"

namespace nn {
namespace {

// `pool` takes a window's values one by one and gives its output.
template <class Pool>
void PoolS16(const ConvS16Params& params, const int16_t* input, int16_t* output) {
  const ConvParams& p = params.shape;
  const int32_t channels = p.in_c;
  for (int32_t batch = 0; batch < p.batches; ++batch) {
    ForEachWindowRun(p, [&](const WindowRun& run) {
      const int16_t* corner = input + run.origin * channels;
      for (int32_t pixel = 0; pixel < run.pixels; ++pixel, corner += p.stride_w * channels) {
        for (int32_t channel = 0; channel < channels; ++channel) {
          Pool pool;
          const int16_t* row = corner + channel;
          for (int32_t y = 0; y < run.rows; ++y, row += p.in_w * channels) {
            const int16_t* x = row;
            for (int32_t tap = 0; tap < run.taps; ++tap, x += channels) {
              pool.Take(*x);
            }
          }
          const int32_t y = pool.Output(run.rows * run.taps);
          *output++ = static_cast<int16_t>(Clamp(y, params.out_min, params.out_max));
        }
      }
    });
    input += p.in_h * p.in_w * channels;
  }
}

struct Largest {
  int32_t best = INT16_MIN;
  void Take(int32_t x) { best = x > best ? x : best; }
  int32_t Output(int32_t) const { return best; }
};

struct Average {
  int32_t sum = 0;
  void Take(int32_t x) { sum += x; }
  int32_t Output(int32_t count) const {
    return (sum > 0 ? sum + count / 2 : sum - count / 2) / count;
  }
};

}  // namespace

void MaxPoolS16(const ConvS16Params& params, const int16_t* input, int16_t* output) {
  PoolS16<Largest>(params, input, output);
}

void AveragePoolS16(const ConvS16Params& params, const int16_t* input, int16_t* output) {
  PoolS16<Average>(params, input, output);
}

}  // namespace nn
