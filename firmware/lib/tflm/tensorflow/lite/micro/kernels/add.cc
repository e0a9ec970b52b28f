#include "tensorflow/lite/micro/kernels/add_common.h"

namespace tflm {
namespace {

void Eval(OpContext& context) {
  const AddData& data = context.Params<AddData>();
  nn::AddS8(data.params, data.shape, context.InputData(0), context.InputData(1),
            context.OutputData(0));
}

}  // namespace

const OpDef ops::kAdd = {tflite::BuiltinOperator_ADD, "ADD", PrepareAddOrSub, Eval};

}  // namespace tflm
