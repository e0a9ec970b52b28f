#include "frontend/image_area.h"

namespace frontend {

void AreaResize::Start(Size from, Size to, uint32_t channels, uint32_t* rows, uint8_t* target) {
  from_ = from;
  to_ = to;
  channels_ = channels;
  row_ = rows;
  sums_ = rows + to.width * channels;
  target_ = target;
  for (uint32_t i = 0; i < to.width * channels; ++i) sums_[i] = 0;
  room_y_ = from.height;
  StartRow();
}

void AreaResize::StartRow() {
  for (uint32_t i = 0; i < to_.width * channels_; ++i) row_[i] = 0;
  cell_ = row_;
  room_x_ = from_.width;
  columns_left_ = from_.width;
}

void AreaResize::Take(const uint8_t* pixels, uint32_t count) {
  for (uint32_t i = 0; i < count; ++i, pixels += channels_) {
    uint32_t parts = to_.width;
    while (parts > 0) {
      const uint32_t taken = parts < room_x_ ? parts : room_x_;
      for (uint32_t c = 0; c < channels_; ++c) cell_[c] += taken * pixels[c];
      parts -= taken;
      room_x_ -= taken;
      if (room_x_ == 0) {
        room_x_ = from_.width;
        cell_ += channels_;
      }
    }
  }
  columns_left_ -= count;
  if (columns_left_ == 0) {
    EndRow();
    StartRow();
  }
}

void AreaResize::EndRow() {
  const uint32_t cells = to_.width * channels_;
  const uint32_t area = static_cast<uint32_t>(from_.width) * from_.height;
  uint32_t parts = to_.height;
  while (parts > 0) {
    const uint32_t taken = parts < room_y_ ? parts : room_y_;
    for (uint32_t i = 0; i < cells; ++i) sums_[i] += taken * row_[i];
    parts -= taken;
    room_y_ -= taken;
    if (room_y_ == 0) {
      room_y_ = from_.height;
      for (uint32_t i = 0; i < cells; ++i) {
        *target_++ = static_cast<uint8_t>((sums_[i] + area / 2) / area);
        sums_[i] = 0;
      }
    }
  }
}

}  // namespace frontend
