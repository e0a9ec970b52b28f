#include "tensorflow/lite/micro/kernels/lstm_common.h"

namespace tflm {
namespace {

// Fields of UnidirectionalSequenceLSTMOptions.
enum { kActivation = 0, kCellClip = 1, kTimeMajor = 3, kDiagonal = 5 };
constexpr uint8_t kActivationTanh = 4;

constexpr int32_t kGateExponent = -12;  // gates are Q3.12 before their curve

// False, with a message, where the op has an input that is no part of the plain cell.
bool CheckForm(const OpContext& context) {
  if (context.InputCount() != kInputs) {
    context.Fail("needs 24 inputs");
    return false;
  }
  for (uint32_t i = kPeepholes; i < kInputs; ++i) {
    const bool belongs = (i >= kBiases && i < kProjection) || i == kHidden || i == kCell;
    if (!belongs && context.HasInput(i)) {
      context.Fail("peepholes, projection and layer normalization are not supported");
      return false;
    }
  }
  return true;
}

// The factor of a gate's product with rows of `columns` weights, input number `i`.
bool ReadWeights(const OpContext& context, uint32_t i, uint32_t units, uint32_t columns,
                 nn::Scale scale, nn::Requant* factor) {
  TensorInfo info;
  QuantizedS8 weights;
  if (!context.Input(i, &info) || !ReadQuantizedS8(context, info, &weights)) {
    return false;
  }
  if (info.data == 0 || info.shape.count != 2 || Extent(context, info, 0) != units ||
      Extent(context, info, 1) != columns || weights.zero_point != 0) {
    context.Fail("needs constant weights of shape [units, inputs or units] with zero point 0");
    return false;
  }
  return FactorOf(context, scale, weights.scale, nn::MakeScale(1, kGateExponent), factor);
}

bool CheckGateBias(const OpContext& context, uint32_t i, uint32_t units, TfLiteType type) {
  TensorInfo info;
  if (!context.Input(i, &info)) {
    return false;
  }
  if (info.data == 0 || info.type != type || info.elements != units) {
    context.Fail("needs a constant bias (int32, of 16x8 int64) with one value a unit, each gate");
    return false;
  }
  return true;
}

bool ReadState(const OpContext& context, uint32_t i, uint32_t elements, TensorInfo* info) {
  if (!context.Input(i, info)) {
    return false;
  }
  if (info->data != 0 || info->elements != elements ||
      !context.graph().IsVariable(static_cast<uint32_t>(context.InputIndex(i)))) {
    context.Fail("needs variables with batches times units elements as its states");
    return false;
  }
  return true;
}

// The cell state's scale as an exponent of two. False, with a message, if it is none.
bool ReadCellExponent(const OpContext& context, const TensorInfo& info, int32_t* exponent) {
  ModelReader::Quantization read;
  context.reader().ReadQuantization(info, &read);
  const uint32_t bits = context.reader().U32Inside(read.scales.pos);
  *exponent = static_cast<int32_t>(bits >> 23) - 127;
  if (info.type != kTfLiteInt16 || read.scales.count != 1 ||
      context.reader().ZeroPoint(read) != 0 || (bits & 0x7fffff) != 0 || *exponent < -24 ||
      *exponent > 2) {
    context.Fail("needs an int16 cell state with zero point 0 and a scale of 2^-24, 2^-23 .. 2^2");
    return false;
  }
  return true;
}

// What a cell state of scale 2^exponent is limited to, rounded down; 0: nothing.
int16_t CellClip(uint32_t float_bits, int32_t exponent) {
  constexpr uint32_t kInfinity = UINT32_C(0x7f800000);
  if (float_bits == 0 || float_bits > kInfinity) {  // negative or no number: upstream has none
    return 0;
  }
  const nn::Scale clip = nn::ScaleFromBits(float_bits);
  if (float_bits == kInfinity || !nn::IsLess(clip, nn::MakeScale(1, exponent + 15))) {
    return INT16_MAX;
  }
  return static_cast<int16_t>(nn::IntegerFromScale(nn::Shifted(clip, -exponent), false));
}

}  // namespace

TfLiteStatus PrepareLstm(OpContext& context, const LstmForm& form) {
  if (!CheckForm(context)) {
    return kTfLiteError;
  }
  if (context.OptionU8(kActivation, 0) != kActivationTanh || context.OptionU8(kDiagonal, 0) != 0) {
    return context.Fail("needs TANH as its activation, and whole recurrent weights");
  }
  nn::LstmParams* const params = context.NewParams<nn::LstmParams>();
  TensorInfo info;
  QuantizedS8 in;
  if (!params || !context.Input(kInput, &info) || !form.read(context, info, &in)) {
    return kTfLiteError;
  }
  if (info.shape.count != 3) {
    return context.Fail("needs an input of shape [batches, steps, inputs], or steps first");
  }
  const bool time_major = context.OptionU8(kTimeMajor, 0) != 0;
  const uint32_t first = Extent(context, info, 0);
  const uint32_t second = Extent(context, info, 1);
  params->batches = time_major ? second : first;
  params->steps = time_major ? first : second;
  params->batch_step = time_major ? 1 : second;
  params->time_step = time_major ? second : 1;
  params->features = Extent(context, info, 2);
  params->in_zero_point = in.zero_point;
  QuantizedS8 out;
  if (!context.Output(0, &info) || !form.read(context, info, &out)) {
    return kTfLiteError;
  }
  if (info.shape.count != 3 || Extent(context, info, 0) != first ||
      Extent(context, info, 1) != second) {
    return context.Fail("the output's shape does not follow from the input's");
  }
  params->units = Extent(context, info, 2);
  const uint32_t state_elements = params->batches * params->units;
  int32_t exponent;
  if (!ReadState(context, kCell, state_elements, &info) ||
      !ReadCellExponent(context, info, &exponent)) {
    return kTfLiteError;
  }
  const uint32_t clip = context.OptionU32(kCellClip, 0);
  params->cell_clip = CellClip(clip, exponent);
  if (params->cell_clip == 0 && clip != 0 && nn::IsValidScale(clip)) {
    return context.Fail("needs a cell clip of at least one step of the cell state");
  }
  QuantizedS8 hidden;
  if (!ReadState(context, kHidden, state_elements, &info) || !form.read(context, info, &hidden)) {
    return kTfLiteError;
  }
  params->hidden_zero_point = hidden.zero_point;
  for (uint32_t gate = 0; gate < nn::kLstmGates; ++gate) {
    nn::LstmFactors& factors = params->gates[gate];
    if (!ReadWeights(context, kInputWeights + gate, params->units, params->features, in.scale,
                     &factors.input) ||
        !ReadWeights(context, kHiddenWeights + gate, params->units, params->units, hidden.scale,
                     &factors.hidden) ||
        !CheckGateBias(context, kBiases + gate, params->units, form.bias)) {
      return kTfLiteError;
    }
    if (factors.input.shift > form.most_shift || factors.hidden.shift > form.most_shift) {
      return context.Fail("needs weights whose sums are below 2^7 of a gate's steps each");
    }
  }
  const nn::Scale gate_product = nn::MakeScale(1, -30);
  const nn::Scale cell = nn::MakeScale(1, exponent);
  params->forget_cell = nn::RequantFromScale(nn::MakeScale(1, -15));
  // Of Q3.12, 3; a finer cell state is shifted down, a coarser one up.
  const int32_t up = exponent - kGateExponent;
  params->cell_scale = nn::SigmoidScaleS16{up > 0 ? 3 << up : 3, up > 0 ? 0 : -up};
  return FactorOf(context, gate_product, cell, &params->input_cell) &&
                 FactorOf(context, gate_product, hidden.scale, &params->hidden)
             ? kTfLiteOk
             : kTfLiteError;
}

}  // namespace tflm
