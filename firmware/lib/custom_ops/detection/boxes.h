// Boxes of a detector: made of what the network says of its anchors, and compared.

#ifndef CUSTOM_OPS_DETECTION_BOXES_H_
#define CUSTOM_OPS_DETECTION_BOXES_H_

#include <cstdint>

namespace custom_ops {
namespace detection {

// Corners, in parts of the picture.
struct Box {
  float y_min, x_min, y_max, x_max;
};

// Centre and size: of an anchor, or as a network says them of one.
struct Centered {
  float y, x, h, w;
};

// `said`, less its scales, lies `anchor.h` and `anchor.w` off the anchor's centre; sizes are powers
// of e.
Box BoxOf(const Centered& said, const Centered& scales, const Centered& anchor);

bool IsBox(const Box& box);

// The share of two boxes that both have; 0 for one without an area.
float Overlap(const Box& a, const Box& b);

// Which boxes are kept, the best first, each of them no more than `most_overlap` over one before
// it.
struct Suppression {
  float least_score, most_overlap;
  int32_t most;
};

//   boxes, scores  [count]
//   order          [count], for the time of the call
//   kept           [count], and room for `most`: indices
// Returns how many are kept. Of equal scores the first comes first.
int32_t Suppress(const Suppression& rule, const Box* boxes, const float* scores, int32_t count,
                 int32_t* order, int32_t* kept);

// Sorts `order`, indices of scores, by falling score; of equal ones the first comes first.
void SortByScore(const float* scores, int32_t count, int32_t* order);

}  // namespace detection
}  // namespace custom_ops

#endif  // CUSTOM_OPS_DETECTION_BOXES_H_
