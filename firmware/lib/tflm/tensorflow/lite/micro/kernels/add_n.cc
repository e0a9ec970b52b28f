#include "nn/add_n_s8.h"
#include "nn/cumsum_s8.h"
#include "tensorflow/lite/micro/kernels/kernel_util.h"

namespace tflm {
namespace {

TfLiteStatus Prepare(OpContext& context) {
  EndsS8 ends;
  nn::AddNParams params;
  if (!ReadEndsS8(context, &ends) ||
      !FactorOf(context, ends.in.scale, nn::Shifted(ends.out.scale, nn::kSumLeftShift - 1),
                &params.requant)) {
    return kTfLiteError;
  }
  if (params.requant.shift > 0) {
    return context.Fail("needs an output scale above 2^-19 of the inputs'");
  }
  if (context.InputCount() < 2) {
    return context.Fail("needs two inputs or more");
  }
  for (uint32_t i = 0; i < context.InputCount(); ++i) {
    TensorInfo input;
    QuantizedS8 quantized;
    if (!context.Input(i, &input) || !ReadQuantizedS8(context, input, &quantized)) {
      return kTfLiteError;
    }
    if (input.elements != ends.output.elements || !nn::IsEqual(quantized.scale, ends.in.scale) ||
        quantized.zero_point != ends.in.zero_point) {
      return context.Fail("needs inputs of the output's shape, and of one scale and zero point");
    }
  }
  params.count = ends.output.elements;
  params.in_zero_point = ends.in.zero_point;
  params.out_zero_point = ends.out.zero_point;
  nn::AddNParams* const kept = context.NewParams<nn::AddNParams>();
  if (!kept) {
    return kTfLiteError;
  }
  *kept = params;
  context.RequestScratch(4 * params.count);
  return kTfLiteOk;
}

void Eval(OpContext& context) {
  const nn::AddNParams& params = context.Params<nn::AddNParams>();
  int32_t* const sums = static_cast<int32_t*>(context.Scratch());
  for (uint32_t i = 0; i < context.InputCount(); ++i) {
    nn::AddToSumsS8(params, i == 0, context.InputData(i), sums);
  }
  nn::FinishSumsS8(params, sums, context.OutputData(0));
}

}  // namespace

const OpDef int8_ops::kAddN = {tflite::BuiltinOperator_ADD_N, "ADD_N", Prepare, Eval};

}  // namespace tflm
