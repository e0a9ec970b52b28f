#include "tensorflow/lite/micro/kernels/resize_common.h"

#include "tensorflow/lite/micro/kernels/kernel_util.h"

namespace tflm {

nn::ResizeParams* PrepareResize(OpContext& context, uint32_t align_corners_field,
                                uint32_t half_pixel_centers_field, uint32_t most_bytes) {
  TensorInfo input;
  TensorInfo size;
  TensorInfo output;
  if (!context.Input(0, &input) || !context.Input(1, &size) || !context.Output(0, &output)) {
    return nullptr;
  }
  const ModelReader& reader = context.reader();
  const uint32_t bytes = input.bytes / input.elements;
  const bool is_moved =
      input.type == kTfLiteInt8 || input.type == kTfLiteInt16 || input.type == kTfLiteFloat32;
  if (!is_moved || bytes > most_bytes || output.type != input.type || input.shape.count != 4 ||
      output.shape.count != 4 || size.type != kTfLiteInt32 || size.data == 0 ||
      size.elements != 2) {
    context.Fail("needs a 4-D int8 input and output and a constant int32 size [height, width]");
    return nullptr;
  }
  nn::ResizeParams* const params = context.NewParams<nn::ResizeParams>();
  if (!params) {
    return nullptr;
  }
  uint32_t all = 0;
  for (uint32_t axis = 0; axis < 4; ++axis) {
    all |= Extent(context, input, axis) | Extent(context, output, axis);
  }
  *params = nn::ResizeParams{Extent(context, input, 0),
                             Extent(context, input, 3),
                             {{static_cast<uint16_t>(Extent(context, input, 1)),
                               static_cast<uint16_t>(Extent(context, output, 1))},
                              {static_cast<uint16_t>(Extent(context, input, 2)),
                               static_cast<uint16_t>(Extent(context, output, 2))}},
                             context.OptionU8(align_corners_field, 0) != 0,
                             context.OptionU8(half_pixel_centers_field, 0) != 0};
  if (all > UINT16_MAX || Extent(context, output, 0) != params->batches ||
      Extent(context, output, 3) != params->channels ||
      reader.U32(size.data) != params->axis[0].out ||
      reader.U32(size.data + 4) != params->axis[1].out) {
    context.Fail("the output's shape does not follow from input and size, or is out of range");
    return nullptr;
  }
  params->channels *= bytes;
  return params;
}

nn::ResizeParams* PrepareResizeBilinear(OpContext& context, uint32_t most_bytes) {
  enum { kAlignCorners = 2, kHalfPixelCenters = 3 };  // fields of ResizeBilinearOptions
  nn::ResizeParams* const params =
      PrepareResize(context, kAlignCorners, kHalfPixelCenters, most_bytes);
  if (params && params->align_corners && params->half_pixel_centers) {
    context.Fail("align_corners and half_pixel_centers exclude each other");
    return nullptr;
  }
  return params;
}

}  // namespace tflm
