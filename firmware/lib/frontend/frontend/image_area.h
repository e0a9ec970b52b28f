// Resizing by the mean over each target pixel's area, exactly: each source pixel counts by the part
// of it that lies in the target pixel. For any ratio; the way to make images smaller.

#ifndef MCUFORGE_FRONTEND_IMAGE_AREA_H_
#define MCUFORGE_FRONTEND_IMAGE_AREA_H_

#include <cstdint>

#include "frontend/image_geometry.h"

namespace frontend {

class AreaResize {
 public:
  // rows: 2 * to.width * channels values of memory. target: [to.height, to.width, channels].
  // from: sides up to kMostFrameSide; to: up to kMostTargetSide; channels: 1 or 3.
  void Start(Size from, Size to, uint32_t channels, uint32_t* rows, uint8_t* target);

  // The next `count` pixels, all of one row, row after row. The last one completes the target.
  void Take(const uint8_t* pixels, uint32_t count);

 private:
  // Both axes are measured in parts of which a source pixel has as many as there are target
  // pixels, and a target pixel as many as there are source pixels.
  void StartRow();
  void EndRow();

  Size from_, to_;
  uint32_t channels_;
  uint32_t* row_;   // [to.width, channels], sums along the row that comes
  uint32_t* sums_;  // the same, of the rows so far
  uint32_t* cell_;  // where in row_
  uint8_t* target_;
  uint32_t columns_left_;  // of the source's row
  uint32_t room_x_;        // parts of the target pixel that are to come
  uint32_t room_y_;
};

}  // namespace frontend

#endif  // MCUFORGE_FRONTEND_IMAGE_AREA_H_
