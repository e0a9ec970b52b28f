#include "nn/float_edge.h"
#include "nn/requantize_s8.h"
#include "tensorflow/lite/micro/kernels/edge_common.h"
#include "tensorflow/lite/micro/kernels/elementwise.h"

namespace tflm {
namespace {

// Which kernel, and its parameters.
struct QuantizeData {
  enum Form : uint32_t { kByte, kWide, kFloat } form;
  union {
    UnaryData<nn::RequantizeParams> byte;
    nn::RequantizeWideParams wide;
    nn::FloatEdgeParams real;
  };
};

TfLiteStatus Prepare(OpContext& context) {
  TensorInfo input;
  TensorInfo output;
  EdgeType in;
  EdgeType out;
  if (!ReadEdge(context, &input, &output)) {
    return kTfLiteError;
  }
  const bool from_float = input.type == kTfLiteFloat32;
  if (!(from_float || ReadEdgeType(context, input, &in)) || !ReadEdgeType(context, output, &out)) {
    return kTfLiteError;
  }
  // Upstream's forms: float32 to int8 or int16, any integer to or from int8, int16 to or from a
  // wider one.
  const bool words =
      from_float ? out.bytes == 2 : in.bytes >= 2 && out.bytes >= 2 && in.bytes + out.bytes <= 6;
  if (output.type != kTfLiteInt8 && input.type != kTfLiteInt8 && !words) {
    return context.Fail(
        "needs int8 on one side, or int16 on one and int16, int32 or float32 on the other");
  }
  QuantizeData* const data = context.NewParams<QuantizeData>();
  if (!data) {
    return kTfLiteError;
  }
  if (from_float) {
    data->form = QuantizeData::kFloat;
    data->real = nn::FloatEdgeParams{out.scale_bits, input.elements, out.zero_point, out.bytes, 0};
  } else {
    nn::Requant requant;
    if (!FactorOf(context, nn::ScaleFromBits(in.scale_bits), nn::ScaleFromBits(out.scale_bits),
                  &requant)) {
      return kTfLiteError;
    }
    if (in.bytes == 1 && out.bytes == 1) {
      data->form = QuantizeData::kByte;
      data->byte.count = input.elements;
      data->byte.params = nn::RequantizeParams{requant,
                                               static_cast<int8_t>(in.zero_point),
                                               static_cast<int8_t>(out.zero_point),
                                               INT8_MIN,
                                               INT8_MAX,
                                               in.flip,
                                               out.flip};
    } else {
      data->form = QuantizeData::kWide;
      data->wide = nn::RequantizeWideParams{requant,        input.elements, in.zero_point,
                                            out.zero_point, in.bytes,       out.bytes};
    }
  }
  if (output.bytes <= input.bytes) {
    context.AllowInPlace(0);
  }
  return kTfLiteOk;
}

void Eval(OpContext& context) {
  const QuantizeData& data = context.Params<QuantizeData>();
  if (data.form == QuantizeData::kByte) {
    RunUnary(context, data.byte, nn::RequantizeS8);
  } else if (data.form == QuantizeData::kWide) {
    nn::RequantizeWide(data.wide, context.InputData(0), context.OutputData(0));
  } else {
    nn::Quantize(data.real, context.InputData<uint32_t>(0), context.OutputData<void>(0));
  }
}

}  // namespace

const OpDef ops::kQuantize = {tflite::BuiltinOperator_QUANTIZE, "QUANTIZE", Prepare, Eval};

}  // namespace tflm
