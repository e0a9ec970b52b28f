#include "nn/softmax_s8.h"
#include "tensorflow/lite/micro/kernels/kernel_util.h"

namespace tflm {
namespace {

enum { kBeta = 0 };  // field of SoftmaxOptions

// A quantized output: its zero point, and its scale as the bits of a float32, up to `span` more.
struct Output {
  int32_t zero_point;
  uint32_t scale_bits, span;
};
constexpr Output kByte = {INT8_MIN, 0x3b800000, 0};  // 1/256
// Upstream takes what is within a thousandth of 1/65536; converters write 1/65535.
constexpr Output kWide = {INT16_MIN, 0x377fbe77, 25166};

bool Is(const Output& wanted, const OpContext& context, const TensorInfo& info) {
  ModelReader::Quantization read;
  context.reader().ReadQuantization(info, &read);
  return read.scales.count == 1 &&
         context.reader().U32Inside(read.scales.pos) - wanted.scale_bits <= wanted.span &&
         static_cast<int32_t>(context.reader().ZeroPoint(read)) == wanted.zero_point;
}

TfLiteStatus Prepare(OpContext& context) {
  TensorInfo input;
  TensorInfo output;
  QuantizedS8 in;
  if (!context.Input(0, &input) || !context.Output(0, &output) ||
      !ReadQuantizedS8(context, input, &in)) {
    return kTfLiteError;
  }
  if (input.shape.count == 0 || !SameShape(context, input, output)) {
    return context.Fail("input and output differ in shape");
  }
  const bool wide = output.type == kTfLiteInt16;
  if (!(wide || output.type == kTfLiteInt8) || !Is(wide ? kWide : kByte, context, output)) {
    return context.Fail(
        "needs an output scale of 1/256 and zero point of -128 (int16: 2^-16, -2^15)");
  }
  const uint32_t beta = context.OptionU32(kBeta, 0);  // 0, the schema's default, ends upstream
  if (beta == 0 || !nn::IsValidScale(beta)) {
    return context.Fail("needs a positive beta");
  }
  const uint32_t depth = Extent(context, input, input.shape.count - 1);
  if (depth > nn::kMostSoftmaxDepth) {
    return context.Fail("needs rows of at most 4095 elements, whose sum an int32 holds");
  }
  nn::SoftmaxParams* const params = context.NewParams<nn::SoftmaxParams>();
  if (!params) {
    return kTfLiteError;
  }
  params->depth = depth;
  params->rows = input.elements / params->depth;
  params->out_bits = wide ? 16 : 8;
  nn::SetSoftmaxScale(in.scale, nn::ScaleFromBits(beta), &params->input);
  if (params->input.shift <= 0) {
    return context.Fail("beta times the input's scale is too small");
  }
  params->diff_min = nn::SoftmaxDiffMin(params->input);
  if (!wide) {
    context.AllowInPlace(0);
  }
  return kTfLiteOk;
}

void Eval(OpContext& context) {
  nn::SoftmaxS8(context.Params<nn::SoftmaxParams>(), context.InputData(0),
                context.OutputData<void>(0));
}

}  // namespace

const OpDef int8_ops::kSoftmax = {tflite::BuiltinOperator_SOFTMAX, "SOFTMAX", Prepare, Eval};

}  // namespace tflm
