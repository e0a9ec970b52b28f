#include "tensorflow/lite/micro/kernels/kernel_util.h"

namespace tflm {
namespace {

// Whether nn::ConvParams can hold it. A stride that leads nowhere may be any positive one.
bool IsValid(const WindowAxis& axis, uint32_t out) {
  constexpr uint32_t kMaxReach = INT16_MAX;
  return axis.kernel != 0 && static_cast<int32_t>(axis.stride) > 0 && axis.dilation != 0 &&
         (axis.stride <= UINT8_MAX || out == 1) && axis.dilation <= UINT8_MAX &&
         axis.kernel <= kMaxReach / axis.dilation;
}

// Padding before the first element, or -1 when `out` does not follow from the rest. A window must
// always meet the input, which the output's size guarantees for both kinds of padding.
int32_t PaddingBefore(uint32_t padding, const WindowAxis& axis, uint32_t in, uint32_t out) {
  const uint32_t reach = (axis.kernel - 1) * axis.dilation + 1;
  uint32_t expected = 0;
  if (padding == kPaddingSame) {
    expected = (in + axis.stride - 1) / axis.stride;
  } else if (in >= reach) {
    expected = (in - reach) / axis.stride + 1;
  }
  if (expected != out) {
    return -1;
  }
  const int32_t total =
      static_cast<int32_t>((out - 1) * axis.stride + reach) - static_cast<int32_t>(in);
  return total > 0 ? total / 2 : 0;
}

}  // namespace

bool PaddedShape(const OpContext& context, const TensorInfo& info, uint32_t extent[nn::kMaxRank]) {
  const uint32_t rank = info.shape.count;
  if (rank > nn::kMaxRank) {
    return false;
  }
  for (uint32_t axis = 0; axis < nn::kMaxRank; ++axis) {
    const uint32_t missing = nn::kMaxRank - rank;
    extent[axis] = axis < missing ? 1 : Extent(context, info, axis - missing);
  }
  return true;
}

bool ReadQuantizedS8(const OpContext& context, const TensorInfo& info, QuantizedS8* quantized) {
  const Graph& graph = context.graph();
  if (info.type != kTfLiteInt8 || info.quantization == 0 ||
      info.quantization != graph.last_quantization) {
    ModelReader::Quantization read;
    context.reader().ReadQuantization(info, &read);
    // Where there is none, this reads the model's first bytes.
    const uint32_t scale = context.reader().U32Inside(read.scales.pos);
    const auto zero_point = static_cast<int32_t>(context.reader().ZeroPoint(read));
    if (info.type != kTfLiteInt8 || read.scales.count != 1 || scale == 0 ||
        !nn::IsValidScale(scale) || zero_point != static_cast<int8_t>(zero_point)) {
      context.Fail("needs an int8 tensor with one scale and one zero point");
      return false;
    }
    graph.last_quantization = info.quantization;
    graph.last_quantized = QuantizedS8{nn::ScaleFromBits(scale), static_cast<int8_t>(zero_point)};
  }
  *quantized = graph.last_quantized;
  return true;
}

bool ReadEndsS8(const OpContext& context, EndsS8* ends) {
  return context.Input(0, &ends->input) && context.Output(0, &ends->output) &&
         ReadQuantizedS8(context, ends->input, &ends->in) &&
         ReadQuantizedS8(context, ends->output, &ends->out);
}

nn::Scale ScaleOfTensor(const OpContext& context, int32_t index) {
  TensorInfo info;
  context.graph().ReadTensor(index, &info);
  ModelReader::Quantization quantization;
  context.reader().ReadQuantization(info, &quantization);
  return nn::ScaleFromBits(context.reader().U32Inside(quantization.scales.pos));
}

bool FusedRange(const OpContext& context, uint32_t field, const QuantizedS8& out,
                nn::ActivationRange* range) {
  const auto activation = static_cast<nn::Activation>(context.OptionU8(field, 0));
  if (activation > nn::Activation::kRelu && nn::IsLess(out.scale, nn::MakeScale(1, -28))) {
    context.Fail("needs an output scale of at least 2^-28 for its activation");
    return false;
  }
  *range = nn::ActivationRangeS8(activation, out.scale, out.zero_point);
  return true;
}

TfLiteStatus PrepareSameBytes(OpContext& context) {
  TensorInfo input;
  TensorInfo output;
  if (!context.Input(0, &input) || !context.Output(0, &output)) {
    return kTfLiteError;
  }
  if (input.type != output.type || input.bytes != output.bytes) {
    return context.Fail("input and output differ in type or number of elements");
  }
  uint32_t* const bytes = context.NewParams<uint32_t>();
  if (!bytes) {
    return kTfLiteError;
  }
  *bytes = input.bytes;
  context.AllowInPlace(0);
  return kTfLiteOk;
}

bool FactorOf(const OpContext& context, nn::Scale a, nn::Scale b, nn::Scale c,
              nn::Requant* factor) {
  *factor = nn::RequantFromScales(a, b, c);
  if (!nn::IsFactor(*factor)) {
    context.Fail("needs an output scale above 2^-30 of the inputs'");
    return false;
  }
  return true;
}

TfLiteStatus FillWindow(OpContext& context, const Window& window, const TensorInfo& input,
                        const TensorInfo& output, nn::ConvParams* params) {
  if (input.shape.count != 4 || output.shape.count != 4) {
    return context.Fail("needs a 4-D input and output");
  }
  uint32_t in[4];
  uint32_t out[4];
  uint32_t bits = 0;  // of all extents
  for (uint32_t axis = 0; axis < 4; ++axis) {
    in[axis] = Extent(context, input, axis);
    out[axis] = Extent(context, output, axis);
    bits |= in[axis] | out[axis];
  }
  if (bits > UINT16_MAX || in[0] != out[0] || !IsValid(window.y, out[1]) ||
      !IsValid(window.x, out[2])) {
    return context.Fail("shape, kernel, stride (up to 255) or dilation (up to 255) out of range");
  }
  const int32_t pad_top = PaddingBefore(window.padding, window.y, in[1], out[1]);
  const int32_t pad_left = PaddingBefore(window.padding, window.x, in[2], out[2]);
  if (pad_top < 0 || pad_left < 0) {
    return context.Fail("the output's shape does not follow from the input's");
  }
  params->batches = static_cast<uint16_t>(in[0]);
  params->in_h = static_cast<uint16_t>(in[1]);
  params->in_w = static_cast<uint16_t>(in[2]);
  params->in_c = static_cast<uint16_t>(in[3]);
  params->out_h = static_cast<uint16_t>(out[1]);
  params->out_w = static_cast<uint16_t>(out[2]);
  params->out_c = static_cast<uint16_t>(out[3]);
  params->pad_top = static_cast<int16_t>(pad_top);
  params->pad_left = static_cast<int16_t>(pad_left);
  params->kernel_h = static_cast<uint16_t>(window.y.kernel);
  params->kernel_w = static_cast<uint16_t>(window.x.kernel);
  params->stride_h = static_cast<uint8_t>(out[1] == 1 ? 1 : window.y.stride);
  params->stride_w = static_cast<uint8_t>(out[2] == 1 ? 1 : window.x.stride);
  params->dilation_h = static_cast<uint8_t>(window.y.dilation);
  params->dilation_w = static_cast<uint8_t>(window.x.dilation);
  return kTfLiteOk;
}

bool ReadFilterScales(const OpContext& context, const TensorInfo& filter, uint32_t channels,
                      nn::Scale in, nn::Scale out, ModelReader::Quantization* quantization) {
  context.reader().ReadQuantization(filter, quantization);
  const ModelReader::Vector scales = quantization->scales;
  const auto* scale = reinterpret_cast<const uint32_t*>(context.reader().data() + scales.pos);
  const uint32_t* const end = scale + scales.count;
  uint32_t largest = 0;  // the bits of positive floats are in the order of their values
  while (scale != end && nn::IsValidScale(*scale)) {
    largest = *scale > largest ? *scale : largest;
    ++scale;
  }
  const bool valid =
      scale == end && filter.type == kTfLiteInt8 && (scales.count == 1 || scales.count == channels);
  if (!valid) {
    context.Fail("needs an int8 filter with one scale, or one scale an output channel");
  }
  nn::Requant factor;
  return valid && FactorOf(context, in, nn::ScaleFromBits(largest), out, &factor);
}

bool FillBroadcast(const OpContext& context, const TensorInfo& input0, const TensorInfo& input1,
                   const TensorInfo& output, nn::Broadcast* b) {
  uint32_t in[2][nn::kMaxRank];
  uint32_t out[nn::kMaxRank];
  bool valid = PaddedShape(context, input0, in[0]) && PaddedShape(context, input1, in[1]) &&
               PaddedShape(context, output, out);
  uint32_t step[2] = {1, 1};
  b->axes = 0;
  for (int32_t i = nn::kMaxRank - 1; valid && i >= 0; --i) {
    const uint32_t extent0 = in[0][i];
    const uint32_t extent1 = in[1][i];
    valid =
        extent0 == out[i] ? extent1 == out[i] || extent1 == 1 : extent1 == out[i] && extent0 == 1;
    if (out[i] == 1) {
      continue;
    }
    const nn::BroadcastAxis axis = {out[i],
                                    {extent0 == 1 ? 0 : step[0], extent1 == 1 ? 0 : step[1]}};
    step[0] *= extent0;
    step[1] *= extent1;
    // Neighbouring axes along which both operands advance alike are one longer axis: fewer, longer
    // runs.
    if (b->axes != 0) {
      nn::BroadcastAxis& inner = b->axis[b->axes - 1];
      if (axis.step[0] == inner.step[0] * inner.extent &&
          axis.step[1] == inner.step[1] * inner.extent) {
        inner.extent *= axis.extent;
        continue;
      }
    }
    b->axis[b->axes++] = axis;
  }
  if (!valid) {
    context.Fail("the inputs' shapes do not broadcast to the output's");
    return false;
  }
  if (b->axes == 0) {
    b->axis[b->axes++] = {1, {0, 0}};
  }
  return true;
}

}  // namespace tflm
