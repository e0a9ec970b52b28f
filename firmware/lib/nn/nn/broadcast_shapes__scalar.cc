// A shape is a few numbers: small rather than fast.
#pragma GCC optimize("Os")

#include "nn/broadcast_shapes.h"

namespace nn {

bool BroadcastShapes(uint32_t count0, const int32_t* shape0, uint32_t count1, const int32_t* shape1,
                     int32_t* output) {
  const uint32_t count = count0 > count1 ? count0 : count1;
  for (uint32_t back = 1; back <= count; ++back) {
    const int32_t extent0 = back <= count0 ? shape0[count0 - back] : 1;
    const int32_t extent1 = back <= count1 ? shape1[count1 - back] : 1;
    if (extent0 != extent1 && extent0 != 1 && extent1 != 1) {
      return false;
    }
    output[count - back] = extent0 == 1 ? extent1 : extent0;
  }
  return true;
}

}  // namespace nn
