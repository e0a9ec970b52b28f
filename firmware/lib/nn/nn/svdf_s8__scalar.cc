#include "nn/sum_rows_s8.h"
#include "nn/svdf_s8.h"

namespace nn {
namespace {

template <typename T>
void Svdf(const SvdfParams& p, const int8_t* input, const int8_t* feature_weights,
          const T* time_weights, const int32_t* bias, T* state, int8_t* output) {
  constexpr int32_t kMax = INT32_MAX >> (32 - 8 * sizeof(T));
  for (uint32_t batch = 0; batch < p.batches; ++batch, input += p.features) {
    const int8_t* features = feature_weights;
    const T* times = time_weights;
    for (uint32_t unit = 0; unit < p.units; ++unit) {
      int32_t acc = bias[unit];
      for (uint32_t filter = 0; filter < p.rank; ++filter, features += p.features) {
        int32_t sum;
        SumRowsS8(input, p.in_zero_point, p.features, features, 1, nullptr, &sum);
        // Limited before the zero point is added, which may wrap, as upstream does it.
        const int32_t newest = Clamp(ApplyRequant(sum, p.feature), -kMax - 1, kMax);
        for (uint32_t i = 1; i < p.memory; ++i, ++state) {
          *state = state[1];
          acc += *times++ * (*state - p.state_zero_point);
        }
        *state = static_cast<T>(newest + p.state_zero_point);
        acc += *times++ * (*state++ - p.state_zero_point);
      }
      *output++ = RequantizeTo8(acc, p.time, p.out_zero_point, INT8_MIN, INT8_MAX);
    }
  }
}

}  // namespace

void SvdfS8(const SvdfParams& p, const int8_t* input, const int8_t* feature_weights,
            const int8_t* time_weights, const int32_t* bias, int8_t* state, int8_t* output) {
  Svdf(p, input, feature_weights, time_weights, bias, state, output);
}

void SvdfS8(const SvdfParams& p, const int8_t* input, const int8_t* feature_weights,
            const int16_t* time_weights, const int32_t* bias, int16_t* state, int8_t* output) {
  Svdf(p, input, feature_weights, time_weights, bias, state, output);
}

}  // namespace nn
