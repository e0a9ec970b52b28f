// A rectangle's pixels out of a frame's bytes, which come in pieces of any size.

#ifndef MCUFORGE_FRONTEND_IMAGE_CROP_H_
#define MCUFORGE_FRONTEND_IMAGE_CROP_H_

#include <cstddef>
#include <cstdint>

#include "frontend/image_geometry.h"

namespace frontend {

class CropReader {
 public:
  // Whole pixels of one row, in the frame's format; count 0: the bytes are used up.
  struct Run {
    const uint8_t* pixels;
    uint32_t count;
  };

  // A new frame of rows without gaps. `crop` is inside of `frame`.
  void Start(Size frame, Rectangle crop, uint32_t bytes_per_pixel);

  // The next pixels of the rectangle that `bytes` hold; both arguments go on to what is left.
  // Bytes behind the rectangle are taken and forgotten. A run lives until the next call.
  Run Next(const uint8_t*& bytes, size_t& size);

  bool IsDone() const { return rows_left_ == 0; }

 private:
  void Advance(uint32_t pixels);

  uint32_t bytes_per_pixel_;
  uint32_t row_bytes_;   // of the rectangle
  uint32_t gap_bytes_;   // from the end of one of its rows to the next
  uint32_t skip_bytes_;  // still to come before its next pixel
  uint32_t run_bytes_;   // still to come of its row
  uint32_t rows_left_;
  uint32_t carried_;  // bytes of a pixel whose others come with the next piece
  uint8_t carry_[3];
};

}  // namespace frontend

#endif  // MCUFORGE_FRONTEND_IMAGE_CROP_H_
