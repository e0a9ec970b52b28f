// CUMSUM's walk along its axis.

#ifndef MCUFORGE_NN_CUMSUM_WALK_H_
#define MCUFORGE_NN_CUMSUM_WALK_H_

#include <cstdint>

namespace nn {

struct CumsumShape {
  uint32_t outer, extent, inner;  // axes before, at and behind the one that is summed along
  bool exclusive;                 // an output is the sum of what comes before it
  bool reverse;                   // from the last one on
};

// output[i] = finish(the sum up to i), where a sum begins with `start`. output may be the input's
// buffer.
template <typename T, typename Add, typename Finish>
inline void CumsumAlong(const CumsumShape& p, uint32_t start, const T* input, T* output, Add add,
                        Finish finish) {
  const uint32_t slab = p.extent * p.inner;
  for (uint32_t line = 0; line < p.outer * p.inner; ++line) {
    uint32_t at = line / p.inner * slab + line % p.inner;
    at += p.reverse ? slab - p.inner : 0;
    uint32_t sum = start;
    for (uint32_t i = 0; i < p.extent; ++i) {
      const uint32_t with = add(sum, input[at]);
      output[at] = finish(p.exclusive ? sum : with);
      sum = with;
      at += p.reverse ? -p.inner : p.inner;
    }
  }
}

}  // namespace nn

#endif  // MCUFORGE_NN_CUMSUM_WALK_H_
