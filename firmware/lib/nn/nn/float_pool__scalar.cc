// Small rather than fast.
#pragma GCC optimize("Os")

#include "nn/float_arithmetic.h"
#include "nn/float_bits.h"
#include "nn/float_pool.h"
#include "nn/window_run.h"

namespace nn {
namespace {

uint32_t Taken(FloatPooling pooling, uint32_t pool, uint32_t x) {
  if (pooling == FloatPooling::kMax) {
    return IsAboveFloat(x, pool) ? x : pool;
  }
  return AddFloats(pool, pooling == FloatPooling::kL2 ? MultiplyFloats(x, x) : x);
}

uint32_t Pooled(const FloatPoolParams& params, const WindowRun& run, const uint32_t* corner) {
  const ConvParams& p = params.shape;
  uint32_t pool = params.pooling == FloatPooling::kMax ? kFloatLowest : 0;
  for (int32_t y = 0; y < run.rows; ++y, corner += p.in_w * p.in_c) {
    for (int32_t tap = 0; tap < run.taps; ++tap) {
      pool = Taken(params.pooling, pool, corner[tap * p.in_c]);
    }
  }
  if (params.pooling == FloatPooling::kMax) {
    return pool;
  }
  const auto count = static_cast<uint64_t>(run.rows * run.taps);
  const uint32_t mean = DivideFloats(pool, FloatFrom(count, 0));
  return params.pooling == FloatPooling::kL2 ? RootOfFloat(mean) : mean;
}

}  // namespace

void FloatPool(const FloatPoolParams& params, const uint32_t* input, uint32_t* output) {
  const ConvParams& p = params.shape;
  for (int32_t batch = 0; batch < p.batches; ++batch) {
    ForEachWindowRun(p, [&](const WindowRun& run) {
      const uint32_t* corner = input + run.origin * p.in_c;
      for (int32_t pixel = 0; pixel < run.pixels; ++pixel, corner += p.stride_w * p.in_c) {
        for (int32_t channel = 0; channel < p.in_c; ++channel) {
          *output++ = ClampFloat(Pooled(params, run, corner + channel), params.low, params.high);
        }
      }
    });
    input += p.in_h * p.in_w * p.in_c;
  }
}

}  // namespace nn
