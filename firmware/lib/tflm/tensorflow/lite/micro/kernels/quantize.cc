#include "nn/requantize_s8.h"
#include "tensorflow/lite/micro/kernels/kernel_util.h"

namespace tflm {
namespace {

struct QuantizeData {
  nn::Requant requant;
  uint32_t elements;
  int8_t in_zero_point, out_zero_point;
};

TfLiteStatus Prepare(OpContext& context) {
  TensorInfo input;
  TensorInfo output;
  QuantizedS8 in;
  QuantizedS8 out;
  if (!context.Input(0, &input) || !context.Output(0, &output) ||
      !ReadQuantizedS8(context, input, &in) || !ReadQuantizedS8(context, output, &out)) {
    return kTfLiteError;
  }
  if (input.elements != output.elements) {
    return context.Fail("input and output differ in shape");
  }
  QuantizeData* const data = context.NewParams<QuantizeData>();
  if (!data) {
    return kTfLiteError;
  }
  *data = QuantizeData{nn::RequantFromRatio(in.scale, out.scale), input.elements, in.zero_point,
                       out.zero_point};
  context.AllowInPlace(0);
  return kTfLiteOk;
}

void Eval(OpContext& context) {
  const QuantizeData& data = context.Params<QuantizeData>();
  nn::RequantizeS8(data.requant, data.in_zero_point, data.out_zero_point, context.InputData(0),
                   data.elements, context.OutputData(0));
}

}  // namespace

const OpDef ops::kQuantize = {tflite::BuiltinOperator_QUANTIZE, "QUANTIZE", Prepare, Eval};

}  // namespace tflm
