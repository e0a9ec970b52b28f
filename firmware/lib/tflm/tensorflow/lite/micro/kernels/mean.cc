#include "nn/reduce_s8.h"
#include "tensorflow/lite/micro/kernels/kernel_util.h"

namespace tflm {
namespace {

TfLiteStatus Prepare(OpContext& context) {
  TensorInfo input;
  TensorInfo axes;
  TensorInfo output;
  QuantizedS8 in;
  QuantizedS8 out;
  if (!context.Input(0, &input) || !context.Input(1, &axes) || !context.Output(0, &output) ||
      !ReadQuantizedS8(context, input, &in) || !ReadQuantizedS8(context, output, &out)) {
    return kTfLiteError;
  }
  if (axes.type != kTfLiteInt32 || axes.data == 0) {
    return context.Fail("needs constant int32 axes");
  }
  nn::ReduceParams* const params = context.NewParams<nn::ReduceParams>();
  if (!params) {
    return kTfLiteError;
  }
  if (!PaddedShape(context, input, params->extent)) {
    return context.Fail("has more than 5 dimensions");
  }
  const int32_t rank = static_cast<int32_t>(input.shape.count);
  for (uint32_t i = 0; i < axes.elements; ++i) {
    int32_t axis = static_cast<int32_t>(context.reader().U32(axes.data + 4 * i));
    axis += axis < 0 ? rank : 0;
    if (axis < 0 || axis >= rank) {
      return context.Fail("an axis is out of range");
    }
    params->reduced[nn::kMaxRank - rank + axis] = 1;
  }
  uint32_t count = 1;
  for (uint32_t axis = 0; axis < nn::kMaxRank; ++axis) {
    count *= params->reduced[axis] ? params->extent[axis] : 1;
  }
  if (output.elements * count != input.elements || count > (UINT32_C(1) << 23)) {
    return context.Fail("the output's shape does not follow from the axes");
  }
  params->in_zero_point = in.zero_point;
  params->out_zero_point = out.zero_point;
  params->requant = nn::RequantForMean(nn::RequantFromRatio(in.scale, out.scale), count);
  return kTfLiteOk;
}

void Eval(OpContext& context) {
  nn::SumS8(context.Params<nn::ReduceParams>(), context.InputData(0), context.OutputData(0));
}

}  // namespace

const OpDef ops::kMean = {tflite::BuiltinOperator_MEAN, "MEAN", Prepare, Eval};

}  // namespace tflm
