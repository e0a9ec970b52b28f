#include "nn/binary_s16.h"
#include "tensorflow/lite/micro/kernels/float_binary.h"
#include "tensorflow/lite/micro/kernels/s16.h"

namespace tflm {
namespace {

enum { kActivation = 0 };  // field of AddOptions and SubOptions

using AddS16Data = BinaryData<nn::AddS16Params>;

TfLiteStatus PrepareAddS16(OpContext& context) {
  BinaryOperandsS16 operands;
  if (!ReadBinaryS16(context, &operands)) {
    return kTfLiteError;
  }
  AddS16Data* const data = NewBinaryData<nn::AddS16Params>(context, operands.shape);
  if (!data) {
    return kTfLiteError;
  }
  nn::AddS16Params& params = data->params;
  const bool second_larger = nn::IsLess(operands.in[0], operands.in[1]);
  const nn::Scale twice_max = nn::Shifted(operands.in[second_larger ? 1 : 0], 1);
  const nn::Scale shifted_out = nn::Shifted(operands.out, nn::kAddS16LeftShift);
  params.in[0] = nn::RequantFromRatio(operands.in[0], twice_max);
  params.in[1] = nn::RequantFromRatio(operands.in[1], twice_max);
  params.out = nn::RequantFromRatio(twice_max, shifted_out);
  if (params.out.shift > 0) {
    return context.Fail("needs an output scale above 2^-14 of the larger input scale");
  }
  nn::ActivationRange range;
  if (!FusedRangeS16(context, kActivation, operands.out, &range)) {
    return kTfLiteError;
  }
  params.out_min = static_cast<int16_t>(range.min);
  params.out_max = static_cast<int16_t>(range.max);
  return kTfLiteOk;
}

void EvalAdd(OpContext& context) {
  const AddS16Data& data = context.Params<AddS16Data>();
  nn::AddS16(data.params, data.shape, context.InputData<int16_t>(0), context.InputData<int16_t>(1),
             context.OutputData<int16_t>(0));
}

void EvalSub(OpContext& context) {
  const AddS16Data& data = context.Params<AddS16Data>();
  nn::SubS16(data.params, data.shape, context.InputData<int16_t>(0), context.InputData<int16_t>(1),
             context.OutputData<int16_t>(0));
}

}  // namespace

MCUFORGE_ANY_FORM(ADD, Add, PrepareAddS16, EvalAdd, PrepareF32, EvalF32)
MCUFORGE_ANY_FORM(SUB, Sub, PrepareAddS16, EvalSub, PrepareF32, EvalF32)

}  // namespace tflm
