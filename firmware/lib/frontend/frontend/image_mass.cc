#include "frontend/image_mass.h"

#include <cstring>

// Once an image.
#pragma GCC optimize("Os")

namespace frontend {
namespace {

// moment: the sum of mass * (2 * place + 1), so that the centre is moment / (2 * mass).
uint32_t StartOf(uint32_t box, uint32_t target, uint32_t mass, uint64_t moment) {
  const uint32_t room = target - box;
  const uint64_t middle = static_cast<uint64_t>(target) * mass;
  if (middle <= moment) return 0;  // also where all is black
  const uint64_t start = (middle - moment + 2 * uint64_t{mass} - 1) / (2 * uint64_t{mass});
  return start < room ? static_cast<uint32_t>(start) : room;
}

}  // namespace

void PlaceByMass(Size box, Size target, uint32_t channels, uint8_t* pixels) {
  uint32_t mass = 0;
  uint64_t moment_x = 0;
  uint64_t moment_y = 0;
  const uint8_t* from = pixels;
  for (uint32_t y = 0; y < box.height; ++y) {
    uint32_t row_mass = 0;
    for (uint32_t x = 0; x < box.width; ++x) {
      uint32_t pixel = 0;
      for (uint32_t c = 0; c < channels; ++c) pixel += *from++;
      row_mass += pixel;
      moment_x += pixel * (2 * x + 1);
    }
    mass += row_mass;
    moment_y += static_cast<uint64_t>(row_mass) * (2 * y + 1);
  }
  const uint32_t left = StartOf(box.width, target.width, mass, moment_x);
  const uint32_t top = StartOf(box.height, target.height, mass, moment_y);

  // From the last row on, for no row moves towards the first.
  const uint32_t box_bytes = box.width * channels;
  const uint32_t target_bytes = target.width * channels;
  uint8_t* black_end = pixels + target.height * target_bytes;
  for (uint32_t y = box.height; y-- > 0;) {
    uint8_t* const place = pixels + (top + y) * target_bytes + left * channels;
    std::memmove(place, pixels + y * box_bytes, box_bytes);
    std::memset(place + box_bytes, 0, static_cast<size_t>(black_end - place) - box_bytes);
    black_end = place;
  }
  std::memset(pixels, 0, static_cast<size_t>(black_end - pixels));
}

}  // namespace frontend
