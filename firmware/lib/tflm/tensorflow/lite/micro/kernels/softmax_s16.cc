#include "nn/softmax_s16.h"

#include "nn/float_softmax.h"
#include "tensorflow/lite/micro/kernels/f32.h"
#include "tensorflow/lite/micro/kernels/s16.h"

namespace tflm {
namespace {

enum { kBeta = 0 };  // field of SoftmaxOptions

TfLiteStatus Prepare(OpContext& context) {
  EndsS16 ends;
  if (!ReadEndsS16(context, &ends)) {
    return kTfLiteError;
  }
  if (ends.input.shape.count == 0 || !SameShape(context, ends.input, ends.output)) {
    return context.Fail("input and output differ in shape");
  }
  if (!nn::IsEqual(ends.out, nn::MakeScale(1, -15))) {
    return context.Fail("needs an output scale of 2^-15");
  }
  const uint32_t beta = context.OptionU32(kBeta, 0);  // 0, the schema's default, ends upstream
  if (beta == 0 || !nn::IsValidScale(beta)) {
    return context.Fail("needs a positive beta");
  }
  const uint32_t depth = Extent(context, ends.input, ends.input.shape.count - 1);
  if (depth > nn::kMostSoftmaxS16Depth) {
    return context.Fail("needs rows of at most 32768 elements, whose sum an int32 holds");
  }
  nn::SoftmaxS16Params* const params = context.NewParams<nn::SoftmaxS16Params>();
  if (!params) {
    return kTfLiteError;
  }
  params->depth = depth;
  params->rows = ends.input.elements / depth;
  // What is 10 below a row's maximum is 65535 steps below it.
  const nn::Scale product = nn::MultiplyAsFloat(ends.in, nn::ScaleFromBits(beta));
  const nn::Scale step = nn::DivideAsFloat(nn::MakeScale(10, 0), nn::MakeScale(65535, 0));
  params->input = nn::RequantFromRatio(product, step);
  if (!nn::IsFactor(params->input)) {
    return context.Fail("beta times the input's scale is too large");
  }
  context.AllowInPlace(0);
  return kTfLiteOk;
}

void Eval(OpContext& context) {
  nn::SoftmaxS16(context.Params<nn::SoftmaxS16Params>(), context.InputData<int16_t>(0),
                 context.OutputData<int16_t>(0));
}

// ---- float32

TfLiteStatus PrepareFloatSoftmax(OpContext& context) {
  RowsF32 rows;
  if (!ReadRowsF32(context, &rows)) {
    return kTfLiteError;
  }
  const uint32_t beta = context.OptionU32(kBeta, 0);
  if (beta == 0 || !nn::IsValidScale(beta)) {
    return context.Fail("needs a positive beta");
  }
  nn::FloatSoftmaxParams* const params = context.NewParams<nn::FloatSoftmaxParams>();
  if (!params) {
    return kTfLiteError;
  }
  *params = nn::FloatSoftmaxParams{rows.count, rows.depth, beta};
  context.AllowInPlace(0);
  return kTfLiteOk;
}

void EvalFloatSoftmax(OpContext& context) {
  nn::FloatSoftmax(context.Params<nn::FloatSoftmaxParams>(), context.InputData<uint32_t>(0),
                   context.OutputData<uint32_t>(0));
}

}  // namespace

MCUFORGE_ANY_FORM(SOFTMAX, Softmax, Prepare, Eval, PrepareFloatSoftmax, EvalFloatSoftmax)

}  // namespace tflm
