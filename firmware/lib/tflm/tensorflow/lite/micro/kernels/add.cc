#include "nn/add_s8.h"
#include "tensorflow/lite/micro/kernels/kernel_util.h"

namespace tflm {
namespace {

enum { kActivation = 0 };  // field of AddOptions

struct AddData {
  nn::AddParams params;
  nn::Broadcast shape;
};

TfLiteStatus Prepare(OpContext& context) {
  TensorInfo input[2];
  TensorInfo output;
  QuantizedS8 in[2];
  QuantizedS8 out;
  if (!context.Input(0, &input[0]) || !context.Input(1, &input[1]) || !context.Output(0, &output) ||
      !ReadQuantizedS8(context, input[0], &in[0]) || !ReadQuantizedS8(context, input[1], &in[1]) ||
      !ReadQuantizedS8(context, output, &out)) {
    return kTfLiteError;
  }
  AddData* const data = context.NewParams<AddData>();
  if (!data || !FillBroadcast(context, input[0], input[1], output, &data->shape)) {
    return kTfLiteError;
  }
  nn::AddParams& params = data->params;
  const uint32_t bits0 = context.reader().U32(input[0].scales.pos);
  const uint32_t bits1 = context.reader().U32(input[1].scales.pos);
  nn::Scale twice_max =
      nn::ScaleFromBits(bits0 > bits1 ? bits0 : bits1);  // positive floats order as their bits
  ++twice_max.exponent;
  nn::Scale shifted_out = out.scale;
  shifted_out.exponent += nn::kAddLeftShift;
  params.input[0] = nn::RequantFromRatio(in[0].scale, twice_max);
  params.input[1] = nn::RequantFromRatio(in[1].scale, twice_max);
  params.output = nn::RequantFromRatio(twice_max, shifted_out);
  params.in_zero_point[0] = in[0].zero_point;
  params.in_zero_point[1] = in[1].zero_point;
  params.out_zero_point = out.zero_point;
  const nn::ActivationRange range = nn::ActivationRangeS8(
      static_cast<nn::Activation>(context.OptionU8(kActivation, 0)), out.scale, out.zero_point);
  params.out_min = static_cast<int8_t>(range.min);
  params.out_max = static_cast<int8_t>(range.max);
  for (uint32_t i = 0; i < 2; ++i) {
    if (SameShape(context, input[i], output)) {
      context.AllowInPlace(i);
      break;
    }
  }
  return kTfLiteOk;
}

void Eval(OpContext& context) {
  const AddData& data = context.Params<AddData>();
  nn::AddS8(data.params, data.shape, context.InputData(0), context.InputData(1),
            context.OutputData(0));
}

}  // namespace

const OpDef ops::kAdd = {tflite::BuiltinOperator_ADD, "ADD", Prepare, Eval};

}  // namespace tflm
