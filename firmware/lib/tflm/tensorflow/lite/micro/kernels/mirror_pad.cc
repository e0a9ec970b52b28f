#include "nn/mirror_pad.h"

#include "tensorflow/lite/micro/kernels/kernel_util.h"

namespace tflm {
namespace {

constexpr uint32_t kMode = 0;    // field of MirrorPadOptions
constexpr uint8_t kReflect = 0;  // its values
constexpr uint8_t kSymmetric = 1;

TfLiteStatus Prepare(OpContext& context) {
  TensorInfo input;
  TensorInfo paddings;
  TensorInfo output;
  if (!context.Input(0, &input) || !context.Input(1, &paddings) || !context.Output(0, &output)) {
    return kTfLiteError;
  }
  const uint32_t rank = input.shape.count;
  if (input.type != output.type || output.shape.count != rank) {
    return context.Fail("input and output differ in type or in their number of dimensions");
  }
  if (paddings.type != kTfLiteInt32 || paddings.data == 0 || paddings.elements != 2 * rank) {
    return context.Fail("needs constant int32 paddings of shape [rank, 2]");
  }
  nn::MirrorPadParams* const params = context.NewParams<nn::MirrorPadParams>();
  if (!params) {
    return kTfLiteError;
  }
  if (!PaddedShape(context, input, params->in_extent) ||
      !PaddedShape(context, output, params->out_extent)) {
    return context.Fail("has more than 5 dimensions");
  }
  const uint8_t mode = context.OptionU8(kMode, kReflect);
  if (mode > kSymmetric || !context.HasOptions()) {  // upstream has no mode where none is given
    return context.Fail("knows the modes REFLECT and SYMMETRIC only");
  }
  params->skipped = mode == kReflect ? 1 : 0;
  params->element_bytes = input.bytes / input.elements;
  for (uint32_t axis = 0; axis < nn::kMaxRank; ++axis) {
    const uint32_t missing = nn::kMaxRank - rank;
    params->before[axis] = 0;
    uint32_t behind = 0;
    if (axis >= missing) {
      const uint32_t pair = paddings.data + 8 * (axis - missing);
      params->before[axis] = context.reader().U32(pair);
      behind = context.reader().U32(pair + 4);
    }
    const uint32_t most = params->in_extent[axis] - params->skipped;  // the axis without its edge
    if (params->before[axis] > most || behind > most) {
      return context.Fail("a padding is larger than what there is to mirror");
    }
    if (params->before[axis] + params->in_extent[axis] + behind != params->out_extent[axis]) {
      return context.Fail("the output's shape does not follow from the paddings");
    }
  }
  return kTfLiteOk;
}

void Eval(OpContext& context) {
  nn::MirrorPad(context.Params<nn::MirrorPadParams>(), context.InputData(0), context.OutputData(0));
}

}  // namespace

const OpDef ops::kMirrorPad = {tflite::BuiltinOperator_MIRROR_PAD, "MIRROR_PAD", Prepare, Eval};

}  // namespace tflm
