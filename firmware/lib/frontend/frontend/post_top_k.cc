#include "frontend/post_top_k.h"

#pragma GCC optimize("Os")

namespace frontend {

void TopK(const int8_t* scores, uint32_t count, uint32_t k, uint16_t* classes) {
  for (uint32_t i = 0; i < count; ++i) {
    uint32_t place = i < k ? i : k;
    for (; place > 0 && scores[i] > scores[classes[place - 1]]; --place) {
      if (place < k) classes[place] = classes[place - 1];
    }
    if (place < k) classes[place] = static_cast<uint16_t>(i);
  }
}

}  // namespace frontend
