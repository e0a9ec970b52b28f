#include "nn/softmax_s8.h"
#include "tensorflow/lite/micro/kernels/kernel_util.h"

namespace tflm {
namespace {

enum { kBeta = 0 };  // field of SoftmaxOptions

TfLiteStatus Prepare(OpContext& context) {
  EndsS8 ends;
  if (!ReadEndsS8(context, &ends)) {
    return kTfLiteError;
  }
  if (ends.input.shape.count == 0 || !SameShape(context, ends.input, ends.output)) {
    return context.Fail("input and output differ in shape");
  }
  if (ends.out.zero_point != -128 || !nn::IsEqual(ends.out.scale, nn::MakeScale(1, -8))) {
    return context.Fail("needs an output scale of 1/256 and zero point of -128");
  }
  const uint32_t beta = context.OptionU32(kBeta, 0);  // 0, the schema's default, ends upstream
  if (beta == 0 || !nn::IsValidScale(beta)) {
    return context.Fail("needs a positive beta");
  }
  const uint32_t depth = Extent(context, ends.input, ends.input.shape.count - 1);
  if (depth > nn::kMostSoftmaxDepth) {
    return context.Fail("needs rows of at most 4095 elements, whose sum an int32 holds");
  }
  nn::SoftmaxParams* const params = context.NewParams<nn::SoftmaxParams>();
  if (!params) {
    return kTfLiteError;
  }
  params->depth = depth;
  params->rows = ends.input.elements / params->depth;
  nn::SetSoftmaxScale(ends.in.scale, nn::ScaleFromBits(beta), &params->input);
  if (params->input.shift <= 0) {
    return context.Fail("beta times the input's scale is too small");
  }
  params->diff_min = nn::SoftmaxDiffMin(params->input);
  context.AllowInPlace(0);
  return kTfLiteOk;
}

void Eval(OpContext& context) {
  nn::SoftmaxS8(context.Params<nn::SoftmaxParams>(), context.InputData(0), context.OutputData(0));
}

}  // namespace

const OpDef ops::kSoftmax = {tflite::BuiltinOperator_SOFTMAX, "SOFTMAX", Prepare, Eval};

}  // namespace tflm
