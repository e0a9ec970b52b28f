// Resizing by interpolation between the two nearest rows and columns, exactly. Centres of pixels
// meet centres (TensorFlow's half_pixel_centers); beyond the outermost ones the edge goes on. The
// way to make images larger; smaller ones skip pixels below half of the size.

#ifndef MCUFORGE_FRONTEND_IMAGE_BILINEAR_H_
#define MCUFORGE_FRONTEND_IMAGE_BILINEAR_H_

#include <cstdint>

#include "frontend/image_geometry.h"

namespace frontend {

// Walks along one axis from target pixel to target pixel.
class BilinearAxis {
 public:
  void Start(uint32_t from, uint32_t to) {
    last_ = from - 1;
    step_ = static_cast<int32_t>(2 * from);
    whole_ = static_cast<int32_t>(2 * to);
    left_ = to;
    lower_ = 0;
    rest_ = static_cast<int32_t>(from) - static_cast<int32_t>(to);
    Carry();
  }
  void Step() {
    --left_;
    rest_ += step_;
    Carry();
  }
  bool IsDone() const { return left_ == 0; }
  uint32_t Lower() const { return lower_; }
  uint32_t Upper() const { return lower_ + (Weight() > 0 ? 1 : 0); }
  // Of the upper one, in Whole()ths; the rest is the lower one's.
  uint32_t Weight() const { return rest_ > 0 && lower_ < last_ ? static_cast<uint32_t>(rest_) : 0; }
  uint32_t Whole() const { return static_cast<uint32_t>(whole_); }

 private:
  void Carry() {
    for (; rest_ >= whole_; rest_ -= whole_) ++lower_;
  }

  // The source's coordinate of target pixel i is ((2 i + 1) from - to) / (2 to), and is kept as
  // lower_ + rest_ / whole_.
  uint32_t last_, left_, lower_;
  int32_t rest_, step_, whole_;
};

class BilinearResize {
 public:
  // As AreaResize.
  void Start(Size from, Size to, uint32_t channels, uint32_t* rows, uint8_t* target);
  void Take(const uint8_t* pixels, uint32_t count);

 private:
  void StartRow();
  void EndRow();

  Size from_, to_;
  uint32_t channels_;
  uint32_t* row_;    // [to.width, channels], the row that comes, interpolated
  uint32_t* above_;  // the same, of the row before
  uint32_t* cell_;   // where in row_
  uint8_t* target_;
  uint32_t column_, source_row_;
  BilinearAxis x_, y_;
  uint8_t before_[3];  // the pixel to the left
};

}  // namespace frontend

#endif  // MCUFORGE_FRONTEND_IMAGE_BILINEAR_H_
