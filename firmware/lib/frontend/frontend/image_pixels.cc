#include "frontend/image_pixels.h"

namespace frontend {
namespace {

constexpr uint8_t From5Bits(uint32_t value) {
  return static_cast<uint8_t>(value << 3 | value >> 2);
}
constexpr uint8_t From6Bits(uint32_t value) {
  return static_cast<uint8_t>(value << 2 | value >> 4);
}

}  // namespace

void ConvertPixels(PixelFormat format, uint32_t channels, const uint8_t* from, uint32_t count,
                   uint8_t* to) {
  const uint32_t bytes = BytesPerPixel(format);
  const uint32_t high = format == PixelFormat::kRgb565Be ? 0 : 1;  // of a u16
  for (; count > 0; --count, from += bytes, to += channels) {
    uint8_t red = from[0];
    uint8_t green = red;
    uint8_t blue = red;
    if (format == PixelFormat::kRgb888) {
      green = from[1];
      blue = from[2];
    } else if (format != PixelFormat::kGrey8) {
      const uint32_t value = static_cast<uint32_t>(from[high]) << 8 | from[high ^ 1];
      red = From5Bits(value >> 11);
      green = From6Bits(value >> 5 & 63);
      blue = From5Bits(value & 31);
    }
    if (channels == 1) {
      to[0] = format == PixelFormat::kGrey8 ? red : Grey(red, green, blue);
    } else {
      to[0] = red;
      to[1] = green;
      to[2] = blue;
    }
  }
}

}  // namespace frontend
