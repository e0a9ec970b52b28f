// The image front end as all front ends are: a frame's bytes in, in pieces; features, which are the
// pixels, out once the last one has come.

#ifndef MCUFORGE_FRONTEND_IMAGE_H_
#define MCUFORGE_FRONTEND_IMAGE_H_

#include <cstddef>
#include <cstdint>

#include "frontend/image_front_end.h"
#include "frontend/scale.h"

namespace frontend {

// Of the buffer that Image works in, aligned to 4.
constexpr size_t MemoryBytes(const ImageParameters& parameters) {
  return ImageRows(parameters) * sizeof(uint32_t) + TargetBytes(parameters);
}

// The model's input of each pixel value; 256 of them, as codegen/model/pixels.py makes them.
struct PixelTable {
  const int8_t* inputs;
};

// The target of a Sink that fills a model's input from `next` on. Features are 0..255.
struct PixelWriter {
  using Step = PixelTable;

  Step step;
  int8_t* next;

  static void Take(void* target, const int16_t* features, size_t count) {
    PixelWriter& writer = *static_cast<PixelWriter*>(target);
    for (size_t i = 0; i < count; ++i) *writer.next++ = writer.step.inputs[features[i]];
  }
};

class Image {
 public:
  using Writer = PixelWriter;

  // parameters, which are valid, and memory (MemoryBytes, aligned to 4) have to stay.
  Image(const ImageParameters& parameters, void* memory, Sink sink);

  // A new frame begins.
  void Start();

  // The next bytes of the frame; what comes after its crop is ignored.
  void Push(const uint8_t* bytes, size_t size);

 private:
  template <class Resize>
  void Push(ImageFrontEnd<Resize>& front_end, const uint8_t* bytes, size_t size);

  const ImageParameters& p_;
  const Sink sink_;
  uint32_t* const rows_;
  uint8_t* const target_;
  union {
    ImageFrontEnd<AreaResize> area_;
    ImageFrontEnd<BilinearResize> bilinear_;
  };
};

}  // namespace frontend

#endif  // MCUFORGE_FRONTEND_IMAGE_H_
