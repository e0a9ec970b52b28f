#include "nn/float_edge.h"
#include "tensorflow/lite/micro/kernels/edge_common.h"

namespace tflm {
namespace {

TfLiteStatus Prepare(OpContext& context) {
  TensorInfo input;
  TensorInfo output;
  EdgeType in;
  if (!ReadEdge(context, &input, &output) || !ReadEdgeType(context, input, &in)) {
    return kTfLiteError;
  }
  if (output.type != kTfLiteFloat32 || in.bytes > 2) {
    return context.Fail("needs an int8, uint8 or int16 input and a float32 output");
  }
  nn::FloatEdgeParams* const params = context.NewParams<nn::FloatEdgeParams>();
  if (!params) {
    return kTfLiteError;
  }
  *params = nn::FloatEdgeParams{in.scale_bits, input.elements, in.zero_point, in.bytes, in.flip};
  return kTfLiteOk;
}

void Eval(OpContext& context) {
  nn::Dequantize(context.Params<nn::FloatEdgeParams>(), context.InputData(0),
                 context.OutputData<uint32_t>(0));
}

}  // namespace

const OpDef ops::kDequantize = {tflite::BuiltinOperator_DEQUANTIZE, "DEQUANTIZE", Prepare, Eval};

}  // namespace tflm
