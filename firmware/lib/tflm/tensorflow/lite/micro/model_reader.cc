#include "tensorflow/lite/micro/model_reader.h"

#include "tensorflow/lite/schema/schema_generated.h"

namespace tflm {
namespace {

constexpr uint32_t kNoSize = 32;

struct TypeFacts {
  uint8_t type;   // TfLiteType
  uint8_t shift;  // log2 of an element's size, or kNoSize
};

// By the schema's enum TensorType.
constexpr TypeFacts kTypes[] = {
    {kTfLiteFloat32, 2},      {kTfLiteFloat16, 1},      {kTfLiteInt32, 2},
    {kTfLiteUInt8, 0},        {kTfLiteInt64, 3},        {kTfLiteNoType, kNoSize},
    {kTfLiteBool, 0},         {kTfLiteInt16, 1},        {kTfLiteNoType, kNoSize},
    {kTfLiteInt8, 0},         {kTfLiteNoType, kNoSize}, {kTfLiteNoType, kNoSize},
    {kTfLiteNoType, kNoSize}, {kTfLiteResource, 2},
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
  return table->vtable_bytes <= size_ - vtable;
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
  const Table table = FollowToTable(operators.pos + 4 * index);
  op->inputs = FieldVector(table, operator_field::kInputs, 4).pos;
  op->outputs = FieldVector(table, operator_field::kOutputs, 4).pos;
  op->code = FieldU32(table, operator_field::kOpcodeIndex, 0);
  op->options = FieldTable(table, operator_field::kBuiltinOptions);
}

void ModelReader::ReadQuantization(const TensorInfo& info, Quantization* quantization) const {
  Table table;
  if (info.quantization != 0 && !(Word(info.quantization) && Open(info.quantization, &table))) {
    Bad();
    table = {};
  }
  quantization->scales = Unpack(PackedVector(Position(table, quantization_field::kScale), 2));
  quantization->zero_points =
      Unpack(PackedVector(Position(table, quantization_field::kZeroPoint), 3));
}

bool ModelReader::ReadTensor(const Vector& tensors, uint32_t index, const Vector* buffers,
                             TensorInfo* info) const {
  info->quantization = info->elements = info->bytes = info->data = 0;
  info->type = kTfLiteNoType;
  info->shape = Vector{0, 0};
  Table tensor;
  if (!Open(tensors.pos + 4 * index, &tensor)) {
    return Bad();
  }
  if (const uint32_t shape = Position(tensor, tensor_field::kShape)) {
    if (!ReadVector(shape, 2, &info->shape)) {
      return Bad();
    }
  }
  uint32_t schema_type = 0;
  if (const uint32_t type = Position(tensor, tensor_field::kType)) {
    if (type >= size_) {
      return Bad();
    }
    schema_type = data_[type];
  }
  if (schema_type >= sizeof(kTypes) / sizeof(kTypes[0])) {
    return false;
  }
  const uint32_t shift = kTypes[schema_type].shift;
  info->type = static_cast<TfLiteType>(kTypes[schema_type].type);
  if (shift == kNoSize) {
    return false;
  }
  info->quantization = Position(tensor, tensor_field::kQuantization);
  const uint32_t max_elements = (UINT32_C(1) << 29) >> shift;
  const auto* const extents = reinterpret_cast<const uint32_t*>(data_ + info->shape.pos);
  uint32_t elements = 1;
  for (uint32_t axis = info->shape.count; axis != 0; --axis) {
    const uint64_t product = static_cast<uint64_t>(elements) * extents[axis - 1];
    elements = static_cast<uint32_t>(product);
    // An empty tensor is none that can be computed with.
    if (product >> 32 != 0 || elements - 1 >= max_elements) {
      return false;
    }
  }
  info->elements = elements;
  // Which variable a handle stands for is known while preparing: it takes no memory.
  info->bytes = info->type == kTfLiteResource ? 0 : elements << shift;

  const uint32_t buffer = Position(tensor, tensor_field::kBuffer);
  if (buffer == 0 || !buffers) {
    return true;
  }
  if (!Word(buffer)) {
    return Bad();
  }
  const uint32_t number = U32Inside(buffer);
  if (number == 0 || buffers->count == 0) {
    return true;
  }
  Table table;
  if (number >= buffers->count || !Open(buffers->pos + 4 * number, &table)) {
    return Bad();
  }
  const uint32_t contents = Position(table, buffer_field::kData);
  Vector data;
  if (contents == 0) {
    return true;
  }
  if (!ReadVector(contents, 0, &data)) {
    return Bad();
  }
  if (data.count == 0) {
    return true;
  }
  info->data = data.pos;
  return data.count >= info->bytes;
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
