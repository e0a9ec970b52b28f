// Pixels as cameras send them, as grey or RGB bytes.

#ifndef MCUFORGE_FRONTEND_IMAGE_PIXELS_H_
#define MCUFORGE_FRONTEND_IMAGE_PIXELS_H_

#include <cstdint>

namespace frontend {

enum class PixelFormat : uint8_t {
  kGrey8 = 0,     // one byte
  kRgb888 = 1,    // red, green, blue
  kRgb565Le = 2,  // u16 with red in its highest 5 bits, green in 6, blue in 5; low byte first
  kRgb565Be = 3,  // the same, high byte first
};
constexpr uint32_t kPixelFormats = 4;

constexpr uint32_t BytesPerPixel(PixelFormat format) {
  return format == PixelFormat::kGrey8 ? 1 : format == PixelFormat::kRgb888 ? 3 : 2;
}

// The luma of ITU-R BT.601 (section 2.5.1: 0.299, 0.587, 0.114) in 65,536ths, rounded, halves up.
constexpr uint8_t Grey(uint32_t red, uint32_t green, uint32_t blue) {
  return static_cast<uint8_t>((19595 * red + 38470 * green + 7471 * blue + 32768) >> 16);
}

// `count` pixels in `format` to `channels` bytes each, 1: grey, 3: red, green, blue. Grey becomes
// three equal ones; 5 and 6 bits become 8 by repeating their highest ones below.
void ConvertPixels(PixelFormat format, uint32_t channels, const uint8_t* from, uint32_t count,
                   uint8_t* to);

}  // namespace frontend

#endif  // MCUFORGE_FRONTEND_IMAGE_PIXELS_H_
