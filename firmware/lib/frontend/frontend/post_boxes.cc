#include "frontend/post_boxes.h"

#pragma GCC optimize("Os")

namespace frontend {
namespace {

uint32_t Extent(int32_t from, int32_t to) {
  return to > from ? static_cast<uint32_t>(to - from) : 0;
}

// Below 2^32, for extents are below 2^16.
uint32_t Area(int32_t left, int32_t top, int32_t right, int32_t bottom) {
  return Extent(left, right) * Extent(top, bottom);
}

uint32_t Area(const Box& box) { return Area(box.left, box.top, box.right, box.bottom); }

template <class T>
T Least(T a, T b) {
  return a < b ? a : b;
}
template <class T>
T Most(T a, T b) {
  return a < b ? b : a;
}

bool ShareMore(const Box& a, const Box& b, uint32_t most_overlap) {
  const uint32_t shared = Area(Most(a.left, b.left), Most(a.top, b.top), Least(a.right, b.right),
                               Least(a.bottom, b.bottom));
  const uint32_t all = Area(a) + Area(b) - shared;  // less than 2^32, whatever the sum is
  return uint64_t{shared} * 256 > uint64_t{all} * most_overlap;
}

}  // namespace

uint32_t Suppress(const SuppressionParams& params, const Box* boxes, uint32_t count, uint32_t most,
                  uint16_t* kept) {
  // Boxes are met in the order (score downwards, index upwards); `last` was the one before.
  uint32_t kept_count = 0;
  uint32_t last = count;
  while (kept_count < most) {
    uint32_t next = count;
    for (uint32_t i = 0; i < count; ++i) {
      const int8_t score = boxes[i].score;
      if (score < params.least_score) continue;
      const bool is_behind =
          last == count || score < boxes[last].score || (score == boxes[last].score && i > last);
      if (is_behind && (next == count || score > boxes[next].score)) next = i;
    }
    if (next == count) break;
    last = next;
    bool stays = true;
    for (uint32_t i = 0; i < kept_count; ++i) {
      const Box& better = boxes[kept[i]];
      stays = stays && (better.label != boxes[next].label ||
                        !ShareMore(better, boxes[next], params.most_overlap));
    }
    if (stays) kept[kept_count++] = static_cast<uint16_t>(next);
  }
  return kept_count;
}

}  // namespace frontend
