#include "tensorflow/lite/micro/kernels/arg_max_common.h"

#include "nn/arg_max_s8.h"
#include "tensorflow/lite/micro/kernels/kernel_util.h"

namespace tflm {

TfLiteStatus PrepareArgMax(OpContext& context, nn::Extremum which, TfLiteType type) {
  TensorInfo input;
  TensorInfo axes;
  TensorInfo output;
  if (!context.Input(0, &input) || !context.Input(1, &axes) || !context.Output(0, &output)) {
    return kTfLiteError;
  }
  if (input.type != type || output.type != kTfLiteInt32) {
    return context.Fail("needs an int8 or float32 input and an int32 output");
  }
  if (axes.type != kTfLiteInt32 || axes.data == 0 || axes.elements != 1) {
    return context.Fail("needs one constant int32 axis");
  }
  const int32_t rank = static_cast<int32_t>(input.shape.count);
  int32_t axis = static_cast<int32_t>(context.reader().U32(axes.data));
  axis += axis < 0 ? rank : 0;
  if (axis < 0 || axis >= rank) {
    return context.Fail("its axis is out of range");
  }
  nn::ArgMaxParams* const params = context.NewParams<nn::ArgMaxParams>();
  if (!params) {
    return kTfLiteError;
  }
  *params = nn::ArgMaxParams{1, Extent(context, input, static_cast<uint32_t>(axis)), 1,
                             static_cast<int8_t>(which)};
  for (int32_t i = 0; i < rank; ++i) {
    const uint32_t extent = Extent(context, input, static_cast<uint32_t>(i));
    params->outer *= i < axis ? extent : 1;
    params->inner *= i > axis ? extent : 1;
  }
  if (output.elements != params->outer * params->inner) {
    return context.Fail("the output's shape does not follow from the axis");
  }
  return kTfLiteOk;
}

}  // namespace tflm
