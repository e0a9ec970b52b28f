#include "tensorflow/lite/micro/testing/test_model.h"

#include <cstring>

#include "tensorflow/lite/c/builtin_op_data.h"
#include "tensorflow/lite/schema/schema_generated.h"

// FlatBuffers' format, from front to back: what refers to another part is written first, with
// offsets that are filled in when that part is there.

namespace tflm {
namespace {

using Values = std::vector<uint32_t>;  // of an options table's fields, by their numbers

uint32_t Bits(float x) {
  uint32_t bits;
  std::memcpy(&bits, &x, sizeof(bits));
  return bits;
}
uint32_t Word(int x) { return static_cast<uint32_t>(x); }
// The schema's enum begins with what is 1 in TfLitePadding and in TfLiteMirrorPaddingMode.
uint32_t LessOne(int x) { return Word(x > 0 ? x - 1 : 0); }

template <typename T>
const T& As(const void* data) {
  return *static_cast<const T*>(data);
}

Values PoolValues(const TfLitePoolParams& p) {
  return {LessOne(p.padding),   Word(p.stride_width),  Word(p.stride_height),
          Word(p.filter_width), Word(p.filter_height), Word(p.activation)};
}

// The fields of the op's options; none for an op that reads none.
Values OptionValues(int32_t code, const void* data) {
  using namespace tflite;
  switch (code) {
    case BuiltinOperator_CONV_2D: {
      const auto& p = As<TfLiteConvParams>(data);
      return {LessOne(p.padding), Word(p.stride_width),          Word(p.stride_height),
              Word(p.activation), Word(p.dilation_width_factor), Word(p.dilation_height_factor)};
    }
    case BuiltinOperator_DEPTHWISE_CONV_2D: {
      const auto& p = As<TfLiteDepthwiseConvParams>(data);
      return {LessOne(p.padding),
              Word(p.stride_width),
              Word(p.stride_height),
              Word(p.depth_multiplier),
              Word(p.activation),
              Word(p.dilation_width_factor),
              Word(p.dilation_height_factor)};
    }
    case BuiltinOperator_TRANSPOSE_CONV: {
      const auto& p = As<TfLiteTransposeConvParams>(data);
      return {LessOne(p.padding), Word(p.stride_width), Word(p.stride_height), Word(p.activation)};
    }
    case BuiltinOperator_AVERAGE_POOL_2D:
    case BuiltinOperator_MAX_POOL_2D:
    case BuiltinOperator_L2_POOL_2D:
      return PoolValues(As<TfLitePoolParams>(data));
    case BuiltinOperator_FULLY_CONNECTED: {
      const auto& p = As<TfLiteFullyConnectedParams>(data);
      return {Word(p.activation), Word(p.weights_format), p.keep_num_dims};
    }
    case BuiltinOperator_BATCH_MATMUL: {
      const auto& p = As<TfLiteBatchMatMulParams>(data);
      return {p.adj_x, p.adj_y};
    }
    case BuiltinOperator_SVDF: {
      const auto& p = As<TfLiteSVDFParams>(data);
      return {Word(p.rank), Word(p.activation)};
    }
    case BuiltinOperator_UNIDIRECTIONAL_SEQUENCE_LSTM: {
      const auto& p = As<TfLiteUnidirectionalSequenceLSTMParams>(data);
      return {Word(p.activation), Bits(p.cell_clip), Bits(p.proj_clip), p.time_major};
    }
    case BuiltinOperator_ADD:
      return {Word(As<TfLiteAddParams>(data).activation),
              As<TfLiteAddParams>(data).pot_scale_int16};
    case BuiltinOperator_SUB:
      return {Word(As<TfLiteSubParams>(data).activation),
              As<TfLiteSubParams>(data).pot_scale_int16};
    case BuiltinOperator_MUL:
      return {Word(As<TfLiteMulParams>(data).activation)};
    case BuiltinOperator_DIV:
      return {Word(As<TfLiteDivParams>(data).activation)};
    case BuiltinOperator_L2_NORMALIZATION:
      return {Word(As<TfLiteL2NormParams>(data).activation)};
    case BuiltinOperator_LEAKY_RELU:
      return {Bits(As<TfLiteLeakyReluParams>(data).alpha)};
    case BuiltinOperator_SOFTMAX:
      return {Bits(As<TfLiteSoftmaxParams>(data).beta)};
    case BuiltinOperator_CUMSUM:
      return {As<TfLiteCumsumParams>(data).exclusive, As<TfLiteCumsumParams>(data).reverse};
    case BuiltinOperator_CONCATENATION:
      return {Word(As<TfLiteConcatenationParams>(data).axis),
              Word(As<TfLiteConcatenationParams>(data).activation)};
    case BuiltinOperator_STRIDED_SLICE: {
      const auto& p = As<TfLiteStridedSliceParams>(data);
      return {Word(p.begin_mask),    Word(p.end_mask),         Word(p.ellipsis_mask),
              Word(p.new_axis_mask), Word(p.shrink_axis_mask), p.offset};
    }
    case BuiltinOperator_PACK:
      return {Word(As<TfLitePackParams>(data).values_count), Word(As<TfLitePackParams>(data).axis)};
    case BuiltinOperator_UNPACK:
      return {Word(As<TfLiteUnpackParams>(data).num), Word(As<TfLiteUnpackParams>(data).axis)};
    case BuiltinOperator_GATHER:
      return {Word(As<TfLiteGatherParams>(data).axis),
              Word(As<TfLiteGatherParams>(data).batch_dims)};
    case BuiltinOperator_SPACE_TO_DEPTH:
      return {Word(As<TfLiteSpaceToDepthParams>(data).block_size)};
    case BuiltinOperator_DEPTH_TO_SPACE:
      return {Word(As<TfLiteDepthToSpaceParams>(data).block_size)};
    case BuiltinOperator_IF:
      return {Word(As<TfLiteIfParams>(data).then_subgraph_index),
              Word(As<TfLiteIfParams>(data).else_subgraph_index)};
    case BuiltinOperator_WHILE:
      return {Word(As<TfLiteWhileParams>(data).cond_subgraph_index),
              Word(As<TfLiteWhileParams>(data).body_subgraph_index)};
    case BuiltinOperator_CALL_ONCE:
      return {Word(As<TfLiteCallOnceParams>(data).init_subgraph_index)};
    case BuiltinOperator_MIRROR_PAD:
      return {LessOne(As<TfLiteMirrorPaddingParams>(data).mode)};
    case BuiltinOperator_RESIZE_BILINEAR: {
      const auto& p = As<TfLiteResizeBilinearParams>(data);
      return {0, 0, p.align_corners, p.half_pixel_centers};
    }
    case BuiltinOperator_RESIZE_NEAREST_NEIGHBOR: {
      const auto& p = As<TfLiteResizeNearestNeighborParams>(data);
      return {p.align_corners, p.half_pixel_centers};
    }
    default:
      return {};
  }
}

// Of an operator's field builtin_options_type.
uint32_t OptionsTypeOf(int32_t code) {
  const auto builtin = static_cast<tflite::BuiltinOperator>(code);
  return tflite::OptionsOf(builtin == tflite::BuiltinOperator_L2_POOL_2D
                               ? tflite::BuiltinOperator_MAX_POOL_2D
                               : builtin);
}

// The schema's enum TensorType has float16 second and no kTfLiteNoType.
uint32_t SchemaType(TfLiteType type) {
  const auto number = static_cast<uint32_t>(type);
  return type == kTfLiteFloat32   ? 0
         : type == kTfLiteFloat16 ? 1
         : type > kTfLiteFloat16  ? number - 1
                                  : number;
}

// A table that is written: where field i stands.
class Table {
 public:
  explicit Table(uint32_t start) : start_(start) {}
  uint32_t start() const { return start_; }
  uint32_t Field(uint32_t i) const { return start_ + 4 + 4 * i; }

 private:
  uint32_t start_;
};

class Writer {
 public:
  Writer() {
    Word32(0);
    Bytes("TFL3", 4);
  }

  // All fields take four bytes; those that are 0 and stay so are left out, which is their default.
  Table MakeTable(const Values& fields, uint32_t offsets = 0) {
    const auto count = static_cast<uint32_t>(fields.size());
    const uint32_t vtable = Here();
    Half(4 + 2 * count);
    Half(4 + 4 * count);
    for (uint32_t i = 0; i < count; ++i) {
      Half(fields[i] != 0 || (offsets >> i & 1) ? 4 + 4 * i : 0);
    }
    Align(4);
    const Table table(Here());
    Word32(table.start() - vtable);
    for (const uint32_t value : fields) {
      Word32(value);
    }
    return table;
  }

  // `count` elements of `element_bytes` bytes each; where the first one stands.
  uint32_t MakeVector(const void* elements, uint32_t count, uint32_t element_bytes) {
    // Aligned for any type behind the length.
    while ((Here() + 4) % 8 != 0) {
      bytes_.push_back(0);
    }
    Word32(count);
    const uint32_t first = Here();
    Bytes(elements, count * element_bytes);
    Align(4);
    return first;
  }
  uint32_t MakeWords(const Values& words) {
    return MakeVector(words.data(), static_cast<uint32_t>(words.size()), 4);
  }

  // Makes the word at `from` lead to what stands at `to`, behind it.
  void Lead(uint32_t from, uint32_t to) {
    const uint32_t offset = to - from;
    std::memcpy(bytes_.data() + from, &offset, sizeof(offset));
  }
  // The same to a vector, by its first element.
  void LeadToVector(uint32_t from, uint32_t first) { Lead(from, first - 4); }

  void SetCount(uint32_t first, uint32_t count) {
    std::memcpy(bytes_.data() + first - 4, &count, sizeof(count));
  }

  const std::vector<uint8_t>& bytes() const { return bytes_; }

 private:
  uint32_t Here() const { return static_cast<uint32_t>(bytes_.size()); }
  void Bytes(const void* from, uint32_t count) {
    const auto* const first = static_cast<const uint8_t*>(from);
    bytes_.insert(bytes_.end(), first, first + count);
  }
  void Word32(uint32_t value) { Bytes(&value, 4); }
  void Half(uint32_t value) { Bytes(&value, 2); }
  void Align(uint32_t alignment) {
    bytes_.resize((Here() + alignment - 1) / alignment * alignment);
  }

  std::vector<uint8_t> bytes_;
};

void WriteQuantization(Writer& writer, const TfLiteTensor& tensor, uint32_t field) {
  Values scales;
  std::vector<int64_t> zero_points;
  uint32_t dimension = 0;
  const auto* const affine =
      static_cast<const TfLiteAffineQuantization*>(tensor.quantization.params);
  // A tensor with a scale of its own has that, whatever one scale its quantization leads to.
  const bool has_own = tensor.params.scale != 0 && !(affine && affine->scale->size > 1);
  if (affine && tensor.quantization.type == kTfLiteAffineQuantization && !has_own) {
    for (int i = 0; i < affine->scale->size; ++i) {
      scales.push_back(Bits(affine->scale->data[i]));
      const bool has_zero_point = affine->zero_point && i < affine->zero_point->size;
      zero_points.push_back(has_zero_point ? affine->zero_point->data[i] : 0);
    }
    dimension = static_cast<uint32_t>(affine->quantized_dimension);
  } else if (tensor.params.scale != 0) {
    scales.push_back(Bits(tensor.params.scale));
    zero_points.push_back(tensor.params.zero_point);
  }
  if (scales.empty()) {
    return;
  }
  constexpr uint32_t kScale = 2, kZeroPoint = 3;
  const Table table =
      writer.MakeTable({0, 0, 0, 0, 0, 0, dimension}, 1u << kScale | 1u << kZeroPoint);
  writer.Lead(field, table.start());
  writer.LeadToVector(table.Field(kScale), writer.MakeWords(scales));
  const auto count = static_cast<uint32_t>(zero_points.size());
  writer.LeadToVector(table.Field(kZeroPoint), writer.MakeVector(zero_points.data(), count, 8));
}

void WriteTensor(Writer& writer, const TfLiteTensor& tensor, uint32_t buffer, uint32_t from) {
  constexpr uint32_t kShape = 0, kQuantization = 4;
  const bool quantized = tensor.quantization.params || tensor.params.scale != 0;
  const Table table =
      writer.MakeTable({0, SchemaType(tensor.type), buffer, 0, 0, tensor.is_variable},
                       1u << kShape | (quantized ? 1u << kQuantization : 0));
  writer.Lead(from, table.start());
  const TfLiteIntArray& dims = *tensor.dims;
  writer.LeadToVector(table.Field(kShape),
                      writer.MakeVector(dims.data, static_cast<uint32_t>(dims.size), 4));
  WriteQuantization(writer, tensor, table.Field(kQuantization));
}

void WriteIndices(Writer& writer, uint32_t field, const std::vector<int>& indices) {
  writer.LeadToVector(field,
                      writer.MakeVector(indices.data(), static_cast<uint32_t>(indices.size()), 4));
}

// code: the place of the op's code among the model's.
void WriteOp(Writer& writer, const TestOp& op, uint32_t code, uint32_t from) {
  enum { kInputs = 1, kOutputs = 2, kOptionsType = 3, kOptions = 4, kCustomOptions = 5 };
  const uint32_t options_type = op.builtin_data ? OptionsTypeOf(op.code) : 0;
  const Table node =
      writer.MakeTable({code, 0, 0, options_type, 0, 0},
                       1u << kInputs | 1u << kOutputs | (options_type != 0 ? 1u << kOptions : 0) |
                           (op.custom_options ? 1u << kCustomOptions : 0));
  writer.Lead(from, node.start());
  WriteIndices(writer, node.Field(kInputs), op.inputs);
  WriteIndices(writer, node.Field(kOutputs), op.outputs);
  if (options_type != 0) {
    const Table options = writer.MakeTable(OptionValues(op.code, op.builtin_data));
    writer.Lead(node.Field(kOptions), options.start());
  }
  if (op.custom_options) {
    const auto count = static_cast<uint32_t>(op.custom_options_bytes);
    writer.LeadToVector(node.Field(kCustomOptions), writer.MakeVector(op.custom_options, count, 1));
  }
}

// first_code: the place of its first op's code; first_buffer: its first tensor's buffer.
void WriteSubgraph(Writer& writer, const TestSubgraph& subgraph, uint32_t first_code,
                   uint32_t first_buffer, uint32_t from) {
  enum { kTensors = 0, kInputs = 1, kOutputs = 2, kOperators = 3 };
  const Table table = writer.MakeTable(
      Values(4), 1u << kTensors | 1u << kInputs | 1u << kOutputs | 1u << kOperators);
  writer.Lead(from, table.start());
  const uint32_t tensors = writer.MakeWords(Values(subgraph.tensors.size()));
  writer.LeadToVector(table.Field(kTensors), tensors);
  for (uint32_t i = 0; i < subgraph.tensors.size(); ++i) {
    WriteTensor(writer, subgraph.tensors[i], subgraph.is_constant[i] ? first_buffer + i : 0,
                tensors + 4 * i);
  }
  WriteIndices(writer, table.Field(kInputs), subgraph.inputs);
  WriteIndices(writer, table.Field(kOutputs), subgraph.outputs);
  const uint32_t operators = writer.MakeWords(Values(subgraph.ops.size()));
  writer.LeadToVector(table.Field(kOperators), operators);
  for (uint32_t i = 0; i < subgraph.ops.size(); ++i) {
    WriteOp(writer, subgraph.ops[i], first_code + i, operators + 4 * i);
  }
}

void WriteOperatorCode(Writer& writer, const TestOp& op, uint32_t from) {
  constexpr uint32_t kCustomCode = 1;
  // Numbers above 126 stand in the last field only; in the first one byte is read.
  const auto code = static_cast<uint32_t>(op.code);
  const Table table = writer.MakeTable({code < 127 ? code : 127, 0, 1, code},
                                       op.custom_name ? 1u << kCustomCode : 0);
  writer.Lead(from, table.start());
  if (op.custom_name) {
    const auto count = static_cast<uint32_t>(std::strlen(op.custom_name));
    const uint32_t name = writer.MakeVector(op.custom_name, count + 1, 1);
    writer.SetCount(name, count);
    writer.LeadToVector(table.Field(kCustomCode), name);
  }
}

// Where its contents stand, 0 where the tensor is computed.
uint32_t WriteBuffer(Writer& writer, const TfLiteTensor& tensor, bool is_constant, uint32_t from) {
  const Table buffer = writer.MakeTable({0}, is_constant ? 1 : 0);
  writer.Lead(from, buffer.start());
  if (!is_constant) {
    return 0;
  }
  const uint32_t data = writer.MakeVector(tensor.data.data, static_cast<uint32_t>(tensor.bytes), 1);
  writer.LeadToVector(buffer.Field(0), data);
  return data;
}

}  // namespace

TestModel WriteTestModel(const std::vector<TestSubgraph>& subgraphs) {
  enum { kVersion = 0, kOperatorCodes = 1, kSubgraphs = 2, kBuffers = 4 };
  std::vector<const TestOp*> ops;
  size_t tensors = 0;
  for (const TestSubgraph& subgraph : subgraphs) {
    for (const TestOp& op : subgraph.ops) {
      ops.push_back(&op);
    }
    tensors += subgraph.tensors.size();
  }
  Writer writer;
  const Table model = writer.MakeTable({TFLITE_SCHEMA_VERSION, 0, 0, 0, 0},
                                       1u << kOperatorCodes | 1u << kSubgraphs | 1u << kBuffers);
  writer.Lead(0, model.start());
  const uint32_t codes = writer.MakeWords(Values(ops.size()));
  writer.LeadToVector(model.Field(kOperatorCodes), codes);
  for (uint32_t i = 0; i < ops.size(); ++i) {
    WriteOperatorCode(writer, *ops[i], codes + 4 * i);
  }
  const uint32_t offsets = writer.MakeWords(Values(subgraphs.size()));
  writer.LeadToVector(model.Field(kSubgraphs), offsets);
  // Buffer 0 is empty; the tensors' follow.
  uint32_t buffer = 1;
  uint32_t code = 0;
  for (uint32_t i = 0; i < subgraphs.size(); ++i) {
    WriteSubgraph(writer, subgraphs[i], code, buffer, offsets + 4 * i);
    code += static_cast<uint32_t>(subgraphs[i].ops.size());
    buffer += static_cast<uint32_t>(subgraphs[i].tensors.size());
  }
  std::vector<uint32_t> data;
  uint32_t from = writer.MakeWords(Values(1 + tensors));
  writer.LeadToVector(model.Field(kBuffers), from);
  WriteBuffer(writer, {}, false, from);
  for (const TestSubgraph& subgraph : subgraphs) {
    for (uint32_t i = 0; i < subgraph.tensors.size(); ++i) {
      from += 4;
      data.push_back(WriteBuffer(writer, subgraph.tensors[i], subgraph.is_constant[i], from));
    }
  }
  return {writer.bytes(), data};
}

}  // namespace tflm
