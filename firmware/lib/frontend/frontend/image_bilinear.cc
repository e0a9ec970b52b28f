#include "frontend/image_bilinear.h"

namespace frontend {

void BilinearResize::Start(Size from, Size to, uint32_t channels, uint32_t* rows, uint8_t* target) {
  from_ = from;
  to_ = to;
  channels_ = channels;
  row_ = rows;
  above_ = rows + to.width * channels;
  target_ = target;
  source_row_ = 0;
  y_.Start(from.height, to.height);
  StartRow();
}

void BilinearResize::StartRow() {
  column_ = 0;
  cell_ = row_;
  x_.Start(from_.width, to_.width);
}

void BilinearResize::Take(const uint8_t* pixels, uint32_t count) {
  const uint32_t end = column_ + count;
  if (y_.IsDone() || source_row_ < y_.Lower()) column_ = end;  // no target row needs this one
  for (; column_ < end; ++column_, pixels += channels_) {
    for (; !x_.IsDone() && x_.Upper() == column_; x_.Step()) {
      const uint32_t weight = x_.Weight();
      const uint32_t lower_weight = x_.Whole() - weight;
      const uint8_t* const lower = weight > 0 ? before_ : pixels;
      for (uint32_t c = 0; c < channels_; ++c) {
        *cell_++ = lower[c] * lower_weight + pixels[c] * weight;
      }
    }
    for (uint32_t c = 0; c < channels_; ++c) before_[c] = pixels[c];
  }
  if (column_ == from_.width) {
    EndRow();
    StartRow();
  }
}

void BilinearResize::EndRow() {
  const uint32_t cells = to_.width * channels_;
  const uint32_t whole = x_.Whole() * y_.Whole();
  for (; !y_.IsDone() && y_.Upper() == source_row_; y_.Step()) {
    const uint32_t weight = y_.Weight();
    const uint32_t lower_weight = y_.Whole() - weight;
    const uint32_t* const lower = weight > 0 ? above_ : row_;
    for (uint32_t i = 0; i < cells; ++i) {
      const uint32_t sum = lower[i] * lower_weight + row_[i] * weight;
      *target_++ = static_cast<uint8_t>((sum + whole / 2) / whole);
    }
  }
  uint32_t* const row = row_;
  row_ = above_;
  above_ = row;
  ++source_row_;
}

}  // namespace frontend
