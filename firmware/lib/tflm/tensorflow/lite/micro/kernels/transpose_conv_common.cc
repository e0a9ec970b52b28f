#include "tensorflow/lite/micro/kernels/transpose_conv_common.h"

#include <utility>

#include "tensorflow/lite/micro/kernels/kernel_util.h"

namespace tflm {

bool FillTransposed(OpContext& context, const TensorInfo& input, const TensorInfo& filter,
                    const TensorInfo& output, nn::ConvParams* params) {
  enum { kPadding = 0, kStrideW = 1, kStrideH = 2 };  // fields of TransposeConvOptions
  if (filter.shape.count != 4) {
    context.Fail("needs a 4-D filter");
    return false;
  }
  const Window window{{Extent(context, filter, 1), context.OptionU32(kStrideH, 0), 1},
                      {Extent(context, filter, 2), context.OptionU32(kStrideW, 0), 1},
                      context.OptionU8(kPadding, kPaddingSame)};
  // The op is the transpose of the convolution that leads from its output to its input.
  if (FillWindow(context, window, output, input, params) != kTfLiteOk) {
    return false;
  }
  std::swap(params->in_h, params->out_h);
  std::swap(params->in_w, params->out_w);
  std::swap(params->in_c, params->out_c);
  params->filter_c = params->in_c;
  if (params->out_c != Extent(context, filter, 0) || params->in_c != Extent(context, filter, 3)) {
    context.Fail("the channels of input, filter and output do not fit");
    return false;
  }
  return true;
}

}  // namespace tflm
