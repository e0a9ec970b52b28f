#include <string.h>

#include "nn/elu_s8.h"
#include "tensorflow/lite/micro/kernels/elementwise.h"

namespace tflm {
namespace {

struct EluData {
  uint32_t count;
  int8_t table[nn::kTableSize];
};

nn::EluEnd EndOf(const QuantizedS8& quantized) {
  const uint32_t bits = nn::BitsFromScale(quantized.scale);
  nn::EluEnd end{0, quantized.zero_point};
  memcpy(&end.scale, &bits, sizeof(bits));
  return end;
}

TfLiteStatus Prepare(OpContext& context) {
  UnaryOperands operands;
  if (!ReadUnary(context, &operands)) {
    return kTfLiteError;
  }
  // Beyond these, upstream's quotients leave an int32.
  if (nn::IsLess(operands.out.scale, nn::MakeScale(1, -28)) ||
      nn::IsLess(nn::Shifted(operands.out.scale, 22), operands.in.scale)) {
    return context.Fail("needs an output scale of at least 2^-28, and 2^-22 of the input's");
  }
  EluData* const data = context.NewParams<EluData>();
  if (!data) {
    return kTfLiteError;
  }
  data->count = operands.count;
  nn::MakeEluTable(EndOf(operands.in), EndOf(operands.out), data->table);
  return kTfLiteOk;
}

void Eval(OpContext& context) {
  const EluData& data = context.Params<EluData>();
  nn::LookUpS8(data.table, data.count, context.InputData(0), context.OutputData(0));
}

}  // namespace

const OpDef ops::kElu = {tflite::BuiltinOperator_ELU, "ELU", Prepare, Eval};

}  // namespace tflm
