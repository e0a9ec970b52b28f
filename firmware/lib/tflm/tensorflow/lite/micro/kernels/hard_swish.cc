#include "nn/hard_swish_s8.h"
#include "tensorflow/lite/micro/kernels/elementwise.h"

namespace tflm {
namespace {

using HardSwishData = UnaryData<nn::HardSwishParams>;

TfLiteStatus Prepare(OpContext& context) {
  UnaryOperands operands;
  if (!ReadUnary(context, &operands)) {
    return kTfLiteError;
  }
  HardSwishData* const data = context.NewParams<HardSwishData>();
  if (!data) {
    return kTfLiteError;
  }
  const nn::Scale in = nn::Shifted(operands.in.scale, -7);  // 128 steps each
  const nn::Scale gate_step = nn::MakeScale(3, -15);
  const nn::Requant out = nn::RequantFromRatio(in, operands.out.scale);
  const nn::Requant gate = nn::RequantFromRatio(in, gate_step);
  if (out.shift > 0) {
    return context.Fail("needs an output scale above 1/128 of the input's");
  }
  data->count = operands.count;
  data->params = nn::HardSwishParams{nn::HalveMultiplier(out.multiplier),
                                     nn::HalveMultiplier(gate.multiplier),
                                     static_cast<int8_t>(out.shift),
                                     static_cast<int8_t>(gate.shift),
                                     operands.in.zero_point,
                                     operands.out.zero_point};
  return kTfLiteOk;
}

void Eval(OpContext& context) {
  RunUnary(context, context.Params<HardSwishData>(), nn::HardSwishS8);
}

}  // namespace

const OpDef int8_ops::kHardSwish = {tflite::BuiltinOperator_HARD_SWISH, "HARD_SWISH", Prepare,
                                    Eval};

}  // namespace tflm
