// Places a small image in a larger black one so that its centre of mass is in the middle.

#ifndef MCUFORGE_FRONTEND_IMAGE_MASS_H_
#define MCUFORGE_FRONTEND_IMAGE_MASS_H_

#include <cstdint>

#include "frontend/image_geometry.h"

namespace frontend {

// MNIST's own way (LeCun et al., Gradient-Based Learning Applied to Document Recognition, 1998,
// section III.A), in whole pixels: the first row is ceil(height / 2 - centre), as far as the image
// stays inside. Light is mass.
//   pixels  room for [target.height, target.width, channels]; holds [box.height, box.width,
//           channels] before. box: not larger than target
void PlaceByMass(Size box, Size target, uint32_t channels, uint8_t* pixels);

}  // namespace frontend

#endif  // MCUFORGE_FRONTEND_IMAGE_MASS_H_
