// ADD_N, CUMSUM and L2_NORMALIZATION, float32.

#include "nn/float_sums.h"

#include "tensorflow/lite/micro/kernels/cumsum_common.h"
#include "tensorflow/lite/micro/kernels/f32.h"
#include "tensorflow/lite/micro/kernels/kernel_util.h"

namespace tflm {
namespace {

// ---- ADD_N

TfLiteStatus PrepareAddN(OpContext& context) {
  TensorInfo input;
  TensorInfo output;
  if (context.InputCount() < 2) {
    return context.Fail("needs two inputs or more");
  }
  for (uint32_t i = 0; i < context.InputCount(); ++i) {
    if (!ReadEndsF32(context, &input, &output, i)) {
      return kTfLiteError;
    }
    if (input.elements != output.elements) {
      return context.Fail("needs inputs of the output's shape");
    }
  }
  uint32_t* const count = context.NewParams<uint32_t>();
  if (!count) {
    return kTfLiteError;
  }
  *count = output.elements;
  return kTfLiteOk;
}

void EvalAddN(OpContext& context) {
  for (uint32_t i = 0; i < context.InputCount(); ++i) {
    nn::FloatAddToSums(i == 0, context.Params<uint32_t>(), context.InputData<uint32_t>(i),
                       context.OutputData<uint32_t>(0));
  }
}

// ---- CUMSUM

TfLiteStatus PrepareCumsum(OpContext& context) {
  TensorInfo input;
  TensorInfo output;
  nn::CumsumShape shape;
  if (!ReadEndsF32(context, &input, &output) || !ReadCumsumShape(context, input, output, &shape)) {
    return kTfLiteError;
  }
  nn::CumsumShape* const params = context.NewParams<nn::CumsumShape>();
  if (!params) {
    return kTfLiteError;
  }
  *params = shape;
  context.AllowInPlace(0);
  return kTfLiteOk;
}

void EvalCumsum(OpContext& context) {
  nn::FloatCumsum(context.Params<nn::CumsumShape>(), context.InputData<uint32_t>(0),
                  context.OutputData<uint32_t>(0));
}

// ---- L2_NORMALIZATION

TfLiteStatus PrepareL2Normalization(OpContext& context) {
  enum { kActivation = 0 };  // field of L2NormOptions
  RowsF32 rows;
  if (!ReadRowsF32(context, &rows)) {
    return kTfLiteError;
  }
  if (context.OptionU8(kActivation, 0) != 0) {
    return context.Fail("a fused activation is not supported");
  }
  RowsF32* const kept = context.NewParams<RowsF32>();
  if (!kept) {
    return kTfLiteError;
  }
  *kept = rows;
  context.AllowInPlace(0);
  return kTfLiteOk;
}

void EvalL2Normalization(OpContext& context) {
  const RowsF32& rows = context.Params<RowsF32>();
  nn::FloatL2Normalize(rows.count, rows.depth, context.InputData<uint32_t>(0),
                       context.OutputData<uint32_t>(0));
}

}  // namespace

MCUFORGE_FLOAT_FORM(ADD_N, AddN, PrepareAddN, EvalAddN)
MCUFORGE_FLOAT_FORM(CUMSUM, CumSum, PrepareCumsum, EvalCumsum)
MCUFORGE_FLOAT_FORM(L2_NORMALIZATION, L2Normalization, PrepareL2Normalization, EvalL2Normalization)

}  // namespace tflm
