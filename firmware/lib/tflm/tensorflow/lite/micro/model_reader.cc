#include "tensorflow/lite/micro/model_reader.h"

#include "tensorflow/lite/schema/schema_generated.h"

namespace tflm {
namespace {

// The upper half of a * b.
inline uint32_t UpperProduct(uint32_t a, uint32_t b) {
#if defined(__ARM_ARCH_6M__)
  // Without a long multiplication it takes a call, and the stack for it.
  if (((a | b) >> 16) == 0) {
    return 0;
  }
#endif
  return static_cast<uint32_t>((static_cast<uint64_t>(a) * b) >> 32);
}

// A TfLiteType, and above it log2 of an element's size.
constexpr uint32_t kTypeBits = 5;
constexpr uint8_t Facts(TfLiteType type, uint32_t shift) {
  return static_cast<uint8_t>(shift << kTypeBits | type);
}
constexpr uint8_t kUnknownType = 0xff;

// By the schema's enum TensorType.
constexpr uint8_t kTypes[] = {
    Facts(kTfLiteFloat32, 2),
    Facts(kTfLiteFloat16, 1),
    Facts(kTfLiteInt32, 2),
    Facts(kTfLiteUInt8, 0),
    Facts(kTfLiteInt64, 3),
    kUnknownType,
    Facts(kTfLiteBool, 0),
    Facts(kTfLiteInt16, 1),
    kUnknownType,
    Facts(kTfLiteInt8, 0),
    kUnknownType,
    kUnknownType,
    Facts(kTfLiteUInt64, 3),
    Facts(kTfLiteResource, 2),
    kUnknownType,
    Facts(kTfLiteUInt32, 2),
};

}  // namespace

// ---- inlined where every tensor goes through, and into what the rest calls

[[gnu::always_inline]] inline bool ModelReader::Open(uint32_t pos, Table* table) const {
  table->pos = pos + U32Inside(pos);
  if (!Word(table->pos)) {
    return false;
  }
  // The offset is signed; wrap-around does the same.
  const uint32_t vtable = table->pos - U32Inside(table->pos);
  if ((vtable >> 1 | vtable << 31) >= size_ >> 1) {
    return false;
  }
  table->vtable = data_ + vtable;
  table->vtable_bytes = *reinterpret_cast<const uint16_t*>(table->vtable);
  return table->vtable_bytes <= size_ - vtable && (table->vtable_bytes & 1) == 0;
}

[[gnu::always_inline]] inline bool ModelReader::ReadVector(uint32_t pos, uint32_t shift,
                                                           Vector* vector) const {
  if (!Word(pos)) {
    return false;
  }
  pos += U32Inside(pos);
  if (!Word(pos)) {
    return false;
  }
  *vector = Vector{pos + 4, U32Inside(pos)};
  return vector->count <= (size_ - pos - 4) >> shift;
}

[[gnu::always_inline]] inline bool ModelReader::ReadField(const Table& table, uint32_t id,
                                                          uint32_t shift, Vector* vector) const {
  const uint32_t offset = Offset(table, id);
  return offset == 0 || ReadVector(table.pos + offset, shift, vector);
}

// ---- reading by table and field

uint32_t ModelReader::U32(uint32_t pos) const { return Word(pos) || Bad() ? U32Inside(pos) : 0; }

ModelReader::Table ModelReader::Root() const {
  constexpr uint32_t kIdentifier = 0x334c4654;  // "TFL3"
  return U32(4) == kIdentifier ? FollowToTable(0) : Table{};
}

ModelReader::Table ModelReader::FollowToTable(uint32_t pos) const {
  Table table;
  return Open(pos, &table) || Bad() ? table : Table{};
}

uint32_t ModelReader::FieldU32(const Table& table, uint32_t id, uint32_t fallback) const {
  const uint32_t pos = Position(table, id);
  return pos != 0 && (Word(pos) || Bad()) ? U32Inside(pos) : fallback;
}

uint8_t ModelReader::FieldU8(const Table& table, uint32_t id, uint8_t fallback) const {
  const uint32_t pos = Position(table, id);
  return pos != 0 && (pos < size_ || Bad()) ? data_[pos] : fallback;
}

ModelReader::Table ModelReader::FieldTable(const Table& table, uint32_t id) const {
  const uint32_t pos = Position(table, id);
  return pos != 0 && (Word(pos) || Bad()) ? FollowToTable(pos) : Table{};
}

uint64_t ModelReader::PackedVector(uint32_t pos, uint32_t shift) const {
  Vector vector;
  if (pos == 0 || !(ReadVector(pos, shift, &vector) || Bad())) {
    return 0;
  }
  return static_cast<uint64_t>(vector.count) << 32 | vector.pos;
}

uint64_t ModelReader::PackedField(const Table& table, uint32_t id, uint32_t shift) const {
  return PackedVector(Position(table, id), shift);
}

ModelReader::Table ModelReader::TableAt(Vector vector, uint32_t index) const {
  return index < vector.count || Bad() ? FollowToTable(vector.pos + 4 * index) : Table{};
}

void ModelReader::ReadOperator(const Vector& operators, uint32_t index, Operator* op) const {
  Table table;
  Vector inputs{0, 0};
  Vector outputs{0, 0};
  if (!Open(operators.pos + 4 * index, &table) ||
      !ReadField(table, operator_field::kInputs, 2, &inputs) ||
      !ReadField(table, operator_field::kOutputs, 2, &outputs)) {
    Bad();
    table = Table{};
  }
  op->inputs = inputs.pos;
  op->outputs = outputs.pos;
  op->code = FieldU32(table, operator_field::kOpcodeIndex, 0);
  op->options_type = FieldU8(table, operator_field::kBuiltinOptionsType, 0);
  op->options =
      op->options_type != 0 ? FieldTable(table, operator_field::kBuiltinOptions) : Table{};
}

void ModelReader::ReadQuantization(const TensorInfo& info, Quantization* quantization) const {
  Vector scales{0, 0};
  Vector zero_points{0, 0};
  if (info.quantization != 0) {
    Table table;
    if (!Word(info.quantization) || !Open(info.quantization, &table) ||
        !ReadField(table, quantization_field::kScale, 2, &scales) ||
        !ReadField(table, quantization_field::kZeroPoint, 3, &zero_points)) {
      Bad();
      scales = zero_points = Vector{0, 0};
    }
  }
  // An empty vector may end the model: what reads the first scale unasked must stay inside.
  quantization->scales = Vector{scales.count != 0 ? scales.pos : 0, scales.count};
  // Without a scale a zero point says nothing.
  quantization->zero_points = scales.count != 0 ? zero_points : Vector{0, 0};
}

bool ModelReader::ReadTensor(const Vector& tensors, uint32_t index, const Vector& buffers,
                             TensorInfo* info) const {
  Table tensor;
  if (!Open(tensors.pos + 4 * index, &tensor)) {
    return Bad();
  }
  Vector shape{0, 0};
  if (!ReadField(tensor, tensor_field::kShape, 2, &shape)) {
    return Bad();
  }
  info->shape = shape;
  uint32_t schema_type = 0;
  if (const uint32_t offset = Offset(tensor, tensor_field::kType)) {
    if (tensor.pos + offset >= size_) {
      return Bad();
    }
    schema_type = data_[tensor.pos + offset];
  }
  if (schema_type >= sizeof(kTypes)) {
    return false;
  }
  const uint32_t facts = kTypes[schema_type];
  info->type = static_cast<TfLiteType>(facts & ((1u << kTypeBits) - 1));
  if (facts == kUnknownType) {
    return false;
  }
  const uint32_t shift = facts >> kTypeBits;
  info->quantization = Position(tensor, tensor_field::kQuantization);

  const auto* const extents = reinterpret_cast<const uint32_t*>(data_ + shape.pos);
  uint32_t elements = 1;
  uint32_t overflow = 0;
  for (const uint32_t* extent = extents + shape.count; extent != extents;) {
    --extent;
    overflow |= UpperProduct(elements, *extent);
    elements *= *extent;
  }
  constexpr uint32_t kMaxBytes = UINT32_C(1) << 29;
  // An empty tensor is none that can be computed with.
  if (overflow != 0 || elements - 1 >= kMaxBytes >> shift) {
    return false;
  }
  info->elements = elements;
  info->bytes = elements << shift;

  info->data = 0;
  const uint32_t offset = Offset(tensor, tensor_field::kBuffer);
  if (offset == 0) {
    return true;
  }
  if (!Word(tensor.pos + offset)) {
    return Bad();
  }
  const uint32_t number = U32Inside(tensor.pos + offset);
  if (number == 0) {
    return true;
  }
  Table table;
  Vector data{0, 0};
  if (number >= buffers.count || !Open(buffers.pos + 4 * number, &table) ||
      !ReadField(table, buffer_field::kData, 0, &data)) {
    return Bad();
  }
  if (data.count == 0) {
    return true;
  }
  info->data = data.pos;
  // A constant that is a variable would be written to.
  return data.count >= info->bytes && FieldU8(tensor, tensor_field::kIsVariable, 0) == 0;
}

ModelReader::Vector ModelReader::FieldText(const Table& table, uint32_t id) const {
  Vector text = FieldVector(table, id, 1);
  uint32_t length = 0;
  while (text.pos != 0 && (text.pos + length < size_ || Bad()) && data_[text.pos + length] != 0) {
    ++length;
  }
  if (length > text.count) {
    Bad();
  }
  text.count = length;
  return text;
}

int32_t ModelReader::BuiltinCode(const Table& operator_code) const {
  // Ops below 127 are in the old byte field, in files of any age; the newer field holds those
  // above.
  const uint8_t old_code = FieldU8(operator_code, operator_code_field::kDeprecatedBuiltinCode, 0);
  const uint32_t new_code = FieldU32(operator_code, operator_code_field::kBuiltinCode, 0);
  return static_cast<int32_t>(new_code > old_code ? new_code : old_code);
}

}  // namespace tflm

namespace tflite {
namespace {

// GetModel returns a bare pointer, so the extents that it was told are kept here for the
// interpreters to find. Four models at once are more than any board runs; an older one only loses
// its bound.
struct Extent {
  const void* buffer;
  uint32_t bytes;
};
constexpr uint32_t kExtents = 4;
Extent g_extents[kExtents];
uint32_t g_next_extent;

constexpr uint32_t kMaxModelBytes = 0x7fffffff;

}  // namespace

const Model* GetModel(const void* buffer, size_t size) {
  const uint32_t bytes = size < kMaxModelBytes ? static_cast<uint32_t>(size) : kMaxModelBytes;
  Extent* slot = nullptr;
  for (Extent& extent : g_extents) {
    if (extent.buffer == buffer) {
      slot = &extent;
    }
  }
  if (!slot) {
    slot = &g_extents[g_next_extent];
    g_next_extent = (g_next_extent + 1) % kExtents;
  }
  *slot = Extent{buffer, bytes};
  return static_cast<const Model*>(buffer);
}

const Model* GetModel(const void* buffer) { return static_cast<const Model*>(buffer); }

uint32_t ModelBytes(const Model* model) {
  for (const Extent& extent : g_extents) {
    if (extent.buffer == model) {
      return extent.bytes;
    }
  }
  return kMaxModelBytes;
}

uint32_t Model::version() const {
  const tflm::ModelReader reader(reinterpret_cast<const uint8_t*>(this), ModelBytes(this));
  return reader.FieldU32(reader.Root(), tflm::model_field::kVersion, 0);
}

}  // namespace tflite
