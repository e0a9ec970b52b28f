#include "nn/softmax_s8.h"
#include "tensorflow/lite/micro/kernels/kernel_util.h"

namespace tflm {
namespace {

enum { kBeta = 0 };  // field of SoftmaxOptions

constexpr int32_t kDiffIntegerBits = 5;  // the exponential's argument is Q5.26
constexpr uint32_t kMaxDepth = 4095;     // the sum of exponentials, each at most 1, is Q12.19

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
  const uint32_t beta = context.OptionU32(kBeta, UINT32_C(0x3f800000));
  if (beta == 0 || !nn::IsValidScale(beta)) {
    return context.Fail("needs a positive beta");
  }
  const uint32_t depth = Extent(context, ends.input, ends.input.shape.count - 1);
  if (depth > kMaxDepth) {
    return context.Fail("needs rows of at most 4095 elements, whose sum an int32 holds");
  }
  nn::SoftmaxParams* const params = context.NewParams<nn::SoftmaxParams>();
  if (!params) {
    return kTfLiteError;
  }
  params->depth = depth;
  params->rows = ends.input.elements / params->depth;
  // beta * scale * 2^26 as a multiplier, at most 2^31 - 1.
  params->input =
      nn::RequantFromScales(ends.in.scale, nn::ScaleFromBits(beta), nn::MakeScale(1, -26));
  if (params->input.shift > 31) {
    params->input = nn::Requant{INT32_MAX, 31};
  }
  if (params->input.shift <= 0) {
    return context.Fail("beta times the input's scale is too small");
  }
  // Below this the argument would leave Q5.26: floor(31 * 2^26 / 2^shift).
  params->diff_min = -static_cast<int32_t>(
      ((UINT32_C(1) << kDiffIntegerBits) - 1) << (31 - kDiffIntegerBits) >> params->input.shift);
  context.AllowInPlace(0);
  return kTfLiteOk;
}

void Eval(OpContext& context) {
  nn::SoftmaxS8(context.Params<nn::SoftmaxParams>(), context.InputData(0), context.OutputData(0));
}

}  // namespace

const OpDef ops::kSoftmax = {tflite::BuiltinOperator_SOFTMAX, "SOFTMAX", Prepare, Eval};

}  // namespace tflm
