// Non-maximum suppression: of boxes that show the same thing, the best one stays.

#ifndef MCUFORGE_FRONTEND_POST_BOXES_H_
#define MCUFORGE_FRONTEND_POST_BOXES_H_

#include <cstdint>

namespace frontend {

// In any unit, for example pixels; empty unless left < right and top < bottom.
struct Box {
  int16_t left, top, right, bottom;
  int8_t score;
  uint8_t label;
};

struct SuppressionParams {
  int8_t least_score;     // boxes below are none
  uint16_t most_overlap;  // in 256ths: a box of the same label that shares more of the union goes
};

// The boxes that stay, the best first; of equal scores the lower index. Without memory of its own:
// the work grows with the square of `count`.
//   kept  receives up to `most` indices of boxes; returns how many. count: below 65536
uint32_t Suppress(const SuppressionParams& params, const Box* boxes, uint32_t count, uint32_t most,
                  uint16_t* kept);

}  // namespace frontend

#endif  // MCUFORGE_FRONTEND_POST_BOXES_H_
