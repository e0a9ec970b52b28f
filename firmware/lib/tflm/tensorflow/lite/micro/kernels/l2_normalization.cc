#include "nn/l2_normalize_s8.h"
#include "tensorflow/lite/micro/kernels/kernel_util.h"

namespace tflm {
namespace {

enum { kActivation = 0 };  // field of L2NormOptions

TfLiteStatus Prepare(OpContext& context) {
  EndsS8 ends;
  if (!ReadEndsS8(context, &ends)) {
    return kTfLiteError;
  }
  if (ends.input.shape.count == 0 || !SameShape(context, ends.input, ends.output)) {
    return context.Fail("input and output differ in shape");
  }
  if (ends.out.zero_point != 0 || !nn::IsEqual(ends.out.scale, nn::MakeScale(1, -7))) {
    return context.Fail("needs an output scale of 1/128 and zero point of 0");
  }
  if (context.OptionU8(kActivation, 0) != 0) {
    return context.Fail("a fused activation is not supported");
  }
  const uint32_t depth = Extent(context, ends.input, ends.input.shape.count - 1);
  if (depth > nn::kMostL2Depth) {
    return context.Fail("needs rows of at most 33025 elements, whose squares' sum an int32 holds");
  }
  nn::L2NormalizeParams* const params = context.NewParams<nn::L2NormalizeParams>();
  if (!params) {
    return kTfLiteError;
  }
  *params = nn::L2NormalizeParams{ends.input.elements / depth, depth, ends.in.zero_point};
  context.AllowInPlace(0);
  return kTfLiteOk;
}

void Eval(OpContext& context) {
  nn::L2NormalizeS8(context.Params<nn::L2NormalizeParams>(), context.InputData(0),
                    context.OutputData(0));
}

}  // namespace

const OpDef int8_ops::kL2Normalization = {tflite::BuiltinOperator_L2_NORMALIZATION,
                                          "L2_NORMALIZATION", Prepare, Eval};

}  // namespace tflm
