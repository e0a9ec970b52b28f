// The accumulators of REDUCE_MAX and REDUCE_MIN.

#ifndef MCUFORGE_NN_REDUCE_EXTREMUM_S8_H_
#define MCUFORGE_NN_REDUCE_EXTREMUM_S8_H_

#include "nn/extremum_s8.h"
#include "nn/reduce_walk.h"

namespace nn {

template <Extremum kWhich>
struct ReduceExtremum {
  static constexpr int32_t kFlipped = static_cast<int32_t>(kWhich);

  static void One(const int8_t* x, uint32_t count, uint32_t stride, int32_t* max) {
    int32_t m = *max;
    for (; count > 0; --count, x += stride) {
      const int32_t value = *x ^ kFlipped;
      m = value > m ? value : m;
    }
    *max = m;
  }

  static void Lanes(const int8_t* x, uint32_t count, uint32_t stride, int32_t* max) {
    for (uint32_t lane = 0; lane < kReduceLanes; ++lane) {
      One(x + lane, count, stride, max + lane);
    }
  }

  static int8_t Finish(const ReduceParams&, int32_t max, uint32_t) {
    return static_cast<int8_t>(max ^ kFlipped);
  }

  static constexpr Reducer<int8_t> kReducer{INT8_MIN, One, Lanes, Finish};
};

}  // namespace nn

#endif  // MCUFORGE_NN_REDUCE_EXTREMUM_S8_H_
