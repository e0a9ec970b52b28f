#include "nn/cast.h"

#include "tensorflow/lite/micro/kernels/edge_common.h"

namespace tflm {
namespace {

// False, with a message, for a type that is not cast.
bool ReadCastType(const OpContext& context, const TensorInfo& info, nn::CastType* type) {
  switch (info.type) {
    case kTfLiteInt8:
      *type = nn::CastType::kS8;
      return true;
    case kTfLiteInt16:
      *type = nn::CastType::kS16;
      return true;
    case kTfLiteInt32:
      *type = nn::CastType::kS32;
      return true;
    case kTfLiteUInt32:
      *type = nn::CastType::kU32;
      return true;
    case kTfLiteFloat32:
      *type = nn::CastType::kF32;
      return true;
    case kTfLiteBool:
      *type = nn::CastType::kBool;
      return true;
    default:
      context.Fail("needs int8, int16, int32, uint32, float32 or bool on both sides");
      return false;
  }
}

TfLiteStatus Prepare(OpContext& context) {
  TensorInfo input;
  TensorInfo output;
  nn::CastParams params;
  if (!ReadEdge(context, &input, &output) || !ReadCastType(context, input, &params.from) ||
      !ReadCastType(context, output, &params.to)) {
    return kTfLiteError;
  }
  if ((params.from == nn::CastType::kU32 && params.to != nn::CastType::kS32) ||
      (params.to == nn::CastType::kU32 && params.from != nn::CastType::kS32)) {
    return context.Fail("casts uint32 to and from int32 only");
  }
  params.count = input.elements;
  nn::CastParams* const kept = context.NewParams<nn::CastParams>();
  if (!kept) {
    return kTfLiteError;
  }
  *kept = params;
  return kTfLiteOk;
}

void Eval(OpContext& context) {
  nn::Cast(context.Params<nn::CastParams>(), context.InputData(0), context.OutputData(0));
}

}  // namespace

const OpDef ops::kCast = {tflite::BuiltinOperator_CAST, "CAST", Prepare, Eval};

}  // namespace tflm
