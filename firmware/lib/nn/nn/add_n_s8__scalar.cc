#include "nn/add_n_s8.h"
#include "nn/cumsum_s8.h"

namespace nn {

void AddToSumsS8(const AddNParams& p, bool is_first, const int8_t* input, int32_t* sums) {
  for (uint32_t i = 0; i < p.count; ++i) {
    sums[i] = (is_first ? -p.in_zero_point : sums[i]) + input[i] - p.in_zero_point;
  }
}

void FinishSumsS8(const AddNParams& p, const int32_t* sums, int8_t* output) {
  for (uint32_t i = 0; i < p.count; ++i) {
    // Beyond int32 it wraps as upstream's sum of shifted values does.
    const uint32_t shifted = static_cast<uint32_t>(sums[i]) << (kSumLeftShift - 1);
    output[i] = RequantizeTo8(static_cast<int32_t>(shifted), p.requant, p.out_zero_point, INT8_MIN,
                              INT8_MAX);
  }
}

}  // namespace nn
