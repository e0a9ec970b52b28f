// Sizes and rectangles of images, in pixels.

#ifndef MCUFORGE_FRONTEND_IMAGE_GEOMETRY_H_
#define MCUFORGE_FRONTEND_IMAGE_GEOMETRY_H_

#include <cstdint>

namespace frontend {

struct Size {
  uint16_t width, height;
};

struct Rectangle {
  uint16_t left, top;
  Size size;
};

// With these the sums of both resizers fit 32 bits: 255.5 * 4096^2 and 255.5 * 4 * 2048^2.
constexpr uint32_t kMostFrameSide = 4096;
constexpr uint32_t kMostTargetSide = 2048;

constexpr bool HasSides(Size size, uint32_t most) {
  return size.width >= 1 && size.height >= 1 && size.width <= most && size.height <= most;
}

constexpr bool IsInside(Rectangle crop, Size frame) {
  return HasSides(crop.size, kMostFrameSide) && crop.left + crop.size.width <= frame.width &&
         crop.top + crop.size.height <= frame.height;
}

// The largest rectangle with the proportions of `like` in the middle of `frame`; half a pixel more
// is left over at the right and at the bottom. Sides of both as HasSides says.
constexpr Rectangle CentreCrop(Size frame, Size like) {
  uint32_t width = frame.width;
  uint32_t height = frame.height;
  if (width * like.height > height * like.width) {
    width = height * like.width / like.height;
    width = width > 0 ? width : 1;
  } else {
    height = width * like.height / like.width;
    height = height > 0 ? height : 1;
  }
  return {static_cast<uint16_t>((frame.width - width) / 2),
          static_cast<uint16_t>((frame.height - height) / 2),
          {static_cast<uint16_t>(width), static_cast<uint16_t>(height)}};
}

}  // namespace frontend

#endif  // MCUFORGE_FRONTEND_IMAGE_GEOMETRY_H_
