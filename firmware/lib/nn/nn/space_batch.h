// SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND over one or two spatial axes, of any element type.

#ifndef MCUFORGE_NN_SPACE_BATCH_H_
#define MCUFORGE_NN_SPACE_BATCH_H_

#include <cstdint>

namespace nn {

// Each pixel of a block lies in a batch of its own: batch (y * block_w + x) * batches + b has pixel
// (y, x) of every block of image b.
struct SpaceBatch {
  uint32_t batches;             // of the images
  uint32_t space_h, space_w;    // of the images
  uint32_t batch_h, batch_w;    // of what lies in batches
  uint32_t block_h, block_w;    // at least 1
  uint32_t before_h, before_w;  // pixels that are cropped before the image's first one
  uint32_t run;                 // bytes of a pixel
};

//   input  [batches, space_h, space_w, run]
//   output [block_h * block_w * batches, batch_h, batch_w, run], not overlapping input
// The image is whole blocks: nothing is cropped.
void SpaceToBatch(const SpaceBatch& params, const void* input, void* output);

// The way back, but for what is cropped.
void BatchToSpace(const SpaceBatch& params, const void* input, void* output);

}  // namespace nn

#endif  // MCUFORGE_NN_SPACE_BATCH_H_
