#include "frontend/image_crop.h"

namespace frontend {

void CropReader::Start(Size frame, Rectangle crop, uint32_t bytes_per_pixel) {
  bytes_per_pixel_ = bytes_per_pixel;
  row_bytes_ = crop.size.width * bytes_per_pixel;
  gap_bytes_ = frame.width * bytes_per_pixel - row_bytes_;
  skip_bytes_ = (static_cast<uint32_t>(crop.top) * frame.width + crop.left) * bytes_per_pixel;
  run_bytes_ = row_bytes_;
  rows_left_ = crop.size.height;
  carried_ = 0;
}

CropReader::Run CropReader::Next(const uint8_t*& bytes, size_t& size) {
  if (rows_left_ == 0) {
    bytes += size;
    size = 0;
  }
  const uint32_t skipped = skip_bytes_ < size ? skip_bytes_ : static_cast<uint32_t>(size);
  skip_bytes_ -= skipped;
  bytes += skipped;
  size -= skipped;
  const uint32_t in_row = run_bytes_ < size ? run_bytes_ : static_cast<uint32_t>(size);
  const uint32_t whole = in_row / bytes_per_pixel_;
  if (carried_ == 0 && whole > 0) {
    const Run run = {bytes, whole};
    bytes += whole * bytes_per_pixel_;
    size -= whole * bytes_per_pixel_;
    Advance(whole);
    return run;
  }
  while (size > 0) {
    carry_[carried_++] = *bytes++;
    --size;
    if (carried_ == bytes_per_pixel_) {
      carried_ = 0;
      Advance(1);
      return {carry_, 1};
    }
  }
  return {nullptr, 0};
}

void CropReader::Advance(uint32_t pixels) {
  run_bytes_ -= pixels * bytes_per_pixel_;
  if (run_bytes_ == 0) {
    run_bytes_ = row_bytes_;
    skip_bytes_ = gap_bytes_;
    --rows_left_;
  }
}

}  // namespace frontend
