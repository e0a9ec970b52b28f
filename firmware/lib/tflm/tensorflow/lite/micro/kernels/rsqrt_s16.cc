#include "nn/rsqrt_s8.h"
#include "tensorflow/lite/micro/kernels/f32.h"
#include "tensorflow/lite/micro/kernels/float_unary.h"
#include "tensorflow/lite/micro/kernels/rsqrt.h"
#include "tensorflow/lite/micro/kernels/s16.h"

namespace tflm {
namespace {

using RsqrtS16Data = UnaryData<nn::Requant>;

TfLiteStatus PrepareRsqrtS16(OpContext& context) {
  EndsS16 ends;
  if (!ReadUnaryS16(context, &ends)) {
    return kTfLiteError;
  }
  RsqrtS16Data* const data = context.NewParams<RsqrtS16Data>();
  if (!data || !RsqrtFactor(context, ends.in, ends.out, &data->params)) {
    return kTfLiteError;
  }
  data->count = ends.input.elements;
  return kTfLiteOk;
}

void EvalRsqrtS16(OpContext& context) {
  const RsqrtS16Data& data = context.Params<RsqrtS16Data>();
  if (!nn::RsqrtS16(data.params, data.count, context.InputData<int16_t>(0),
                    context.OutputData<int16_t>(0))) {
    context.FailEval("has a negative input");
  }
}

}  // namespace

MCUFORGE_ANY_FORM(RSQRT, Rsqrt, PrepareRsqrtS16, EvalRsqrtS16, PrepareFloatUnary, EvalFloatUnary)

}  // namespace tflm
