#include "nn/cumsum_s8.h"
#include "tensorflow/lite/micro/kernels/cumsum_common.h"
#include "tensorflow/lite/micro/kernels/kernel_util.h"

namespace tflm {
namespace {

TfLiteStatus Prepare(OpContext& context) {
  EndsS8 ends;
  nn::CumsumShape shape;
  nn::Requant requant;
  if (!ReadEndsS8(context, &ends) || !ReadCumsumShape(context, ends.input, ends.output, &shape) ||
      !FactorOf(context, ends.in.scale, nn::Shifted(ends.out.scale, nn::kSumLeftShift - 1),
                &requant)) {
    return kTfLiteError;
  }
  if (requant.shift > 0) {
    return context.Fail("needs an output scale above 2^-19 of the input's");
  }
  nn::CumsumParams* const params = context.NewParams<nn::CumsumParams>();
  if (!params) {
    return kTfLiteError;
  }
  *params = nn::CumsumParams{shape, requant, ends.in.zero_point, ends.out.zero_point};
  context.AllowInPlace(0);
  return kTfLiteOk;
}

void Eval(OpContext& context) {
  nn::CumsumS8(context.Params<nn::CumsumParams>(), context.InputData(0), context.OutputData(0));
}

}  // namespace

const OpDef int8_ops::kCumSum = {tflite::BuiltinOperator_CUMSUM, "CUMSUM", Prepare, Eval};

}  // namespace tflm
