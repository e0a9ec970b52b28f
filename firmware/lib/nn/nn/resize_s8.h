// RESIZE_NEAREST_NEIGHBOR and RESIZE_BILINEAR, int8.

#ifndef MCUFORGE_NN_RESIZE_S8_H_
#define MCUFORGE_NN_RESIZE_S8_H_

#include <cstdint>

namespace nn {

// NHWC; every extent is in [1, 65535].
struct ResizeParams {
  uint32_t batches;
  uint32_t channels;
  struct {
    uint16_t in, out;
  } axis[2];  // height, width
  bool align_corners;
  bool half_pixel_centers;  // not with align_corners in RESIZE_BILINEAR
};

constexpr uint32_t ResizeNearestS8ScratchBytes(const ResizeParams& params) {
  return 2 * static_cast<uint32_t>(params.axis[1].out);
}

//   input [batches, axis[0].in, axis[1].in, channels]
//   output [batches, axis[0].out, axis[1].out, channels], not overlapping input
//   scratch  ResizeNearestS8ScratchBytes, 2-byte aligned
void ResizeNearestS8(const ResizeParams& params, const int8_t* input, int8_t* output,
                     uint16_t* scratch);
void ResizeBilinearS8(const ResizeParams& params, const int8_t* input, int8_t* output);

}  // namespace nn

#endif  // MCUFORGE_NN_RESIZE_S8_H_
