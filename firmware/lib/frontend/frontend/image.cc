#include "frontend/image.h"

namespace frontend {

Image::Image(const ImageParameters& parameters, void* memory, Sink sink)
    : p_(parameters),
      sink_(sink),
      rows_(static_cast<uint32_t*>(memory)),
      target_(reinterpret_cast<uint8_t*>(rows_ + ImageRows(parameters))) {
  Start();
}

void Image::Start() {
  if (static_cast<ImageResize>(p_.resize) == ImageResize::kArea) {
    area_.Start(p_, rows_, target_);
  } else {
    bilinear_.Start(p_, rows_, target_);
  }
}

void Image::Push(const uint8_t* bytes, size_t size) {
  if (static_cast<ImageResize>(p_.resize) == ImageResize::kArea) {
    Push(area_, bytes, size);
  } else {
    Push(bilinear_, bytes, size);
  }
}

template <class Resize>
void Image::Push(ImageFrontEnd<Resize>& front_end, const uint8_t* bytes, size_t size) {
  if (front_end.IsDone()) return;
  front_end.Take(bytes, size);
  if (!front_end.IsDone()) return;
  front_end.Finish();
  const uint8_t* const end = target_ + TargetBytes(p_);
  for (const uint8_t* pixel = target_; pixel < end; ++pixel) {
    const int16_t feature = *pixel;
    sink_.take(sink_.target, &feature, 1);
  }
}

}  // namespace frontend
