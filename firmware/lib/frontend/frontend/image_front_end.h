// From a camera's frame to the model's input: crop, grey or RGB, resize, centre, int8.
//
//   static frontend::ImageFrontEnd<frontend::AreaResize> camera;
//   static uint32_t rows[frontend::ImageRows(params)];
//   camera.Start(params, rows, input->data.uint8);
//   while (!camera.IsDone()) camera.Take(bytes, ReadCamera(bytes, sizeof(bytes)));  // the frame's
//   camera.Finish(pixel_table, input->data.int8);

#ifndef MCUFORGE_FRONTEND_IMAGE_FRONT_END_H_
#define MCUFORGE_FRONTEND_IMAGE_FRONT_END_H_

#include <cstddef>
#include <cstdint>

#include "frontend/image_area.h"
#include "frontend/image_bilinear.h"
#include "frontend/image_crop.h"
#include "frontend/image_geometry.h"
#include "frontend/image_mass.h"
#include "frontend/image_pixels.h"

namespace frontend {

enum class ImageResize : uint8_t { kArea = 0, kBilinear = 1 };
constexpr uint32_t kImageResizes = 2;

struct ImageParameters {
  uint8_t format;    // a PixelFormat
  Size frame;        // rows without gaps
  Rectangle crop;    // of the frame; CentreCrop() makes one
  Size box;          // what the crop is resized to
  Size target;       // of the model's input: the box, or larger, and then black but for the box,
                     // which is placed by mass
  uint8_t channels;  // of the model's input: 1, grey, or 3, RGB
  bool is_negative;  // 255 - pixel after resizing: for dark things on light ground
  uint8_t resize;    // an ImageResize; who makes an ImageFrontEnd himself states it by its type
};

constexpr bool IsValid(const ImageParameters& p) {
  return p.format < kPixelFormats && HasSides(p.frame, kMostFrameSide) &&
         IsInside(p.crop, p.frame) && HasSides(p.box, kMostTargetSide) &&
         HasSides(p.target, kMostTargetSide) && p.box.width <= p.target.width &&
         p.box.height <= p.target.height && (p.channels == 1 || p.channels == 3) &&
         p.resize < kImageResizes;
}

// Values of memory that resizing needs.
constexpr size_t ImageRows(const ImageParameters& p) {
  return size_t{2} * p.box.width * p.channels;
}

constexpr size_t TargetBytes(const ImageParameters& p) {
  return size_t{p.target.height} * p.target.width * p.channels;
}

template <class Resize>
class ImageFrontEnd {
 public:
  // A new frame. params: valid. rows: ImageRows(params) values. target: TargetBytes(params) bytes,
  // [height, width, channels], for example the model's input.
  void Start(const ImageParameters& params, uint32_t* rows, uint8_t* target) {
    params_ = params;
    target_ = target;
    crop_.Start(params.frame, params.crop, BytesPerPixel(Format()));
    resize_.Start(params.crop.size, params.box, params.channels, rows, target);
  }

  // The next bytes of the frame, in pieces of any size. What comes behind the frame is ignored.
  void Take(const uint8_t* bytes, size_t size) {
    for (;;) {
      CropReader::Run run = crop_.Next(bytes, size);
      if (run.count == 0) return;
      while (run.count > 0) {
        const uint32_t count = run.count < kPiece ? run.count : kPiece;
        uint8_t pixels[3 * kPiece];
        ConvertPixels(Format(), params_.channels, run.pixels, count, pixels);
        resize_.Take(pixels, count);
        run.pixels += count * BytesPerPixel(Format());
        run.count -= count;
      }
    }
  }

  // All of the crop has come.
  bool IsDone() const { return crop_.IsDone(); }

  // Once it has: the target's pixels, and of them the model's int8 values.
  //   table  int8 of each pixel value, as codegen/model/pixels.py makes it for the model's input
  //   input  TargetBytes(params) values; may be the target
  void Finish(const int8_t* table, int8_t* input) {
    Finish();
    for (size_t i = 0; i < TargetBytes(params_); ++i) input[i] = table[target_[i]];
  }
  void Finish() {
    if (params_.is_negative) {
      const size_t box_bytes = size_t{params_.box.height} * params_.box.width * params_.channels;
      for (size_t i = 0; i < box_bytes; ++i) target_[i] = static_cast<uint8_t>(255 - target_[i]);
    }
    if (params_.box.width != params_.target.width || params_.box.height != params_.target.height) {
      PlaceByMass(params_.box, params_.target, params_.channels, target_);
    }
  }

 private:
  static constexpr uint32_t kPiece = 16;  // pixels that are converted at once

  PixelFormat Format() const { return static_cast<PixelFormat>(params_.format); }

  ImageParameters params_;
  uint8_t* target_;
  CropReader crop_;
  Resize resize_;
};

}  // namespace frontend

#endif  // MCUFORGE_FRONTEND_IMAGE_FRONT_END_H_
