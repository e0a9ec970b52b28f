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

[[gnu::always_inline]] inline bool ModelReader::Open(uint32_t pos, Fields* fields) const {
  fields->pos = pos + U32Inside(pos);
  if (!Word(fields->pos)) {
    return false;
  }
  // The offset is signed; wrap-around does the same.
  const uint32_t vtable = fields->pos - U32Inside(fields->pos);
  if ((vtable >> 1 | vtable << 31) >= size_ >> 1) {
    return false;
  }
  fields->vtable = data_ + vtable;
  fields->vtable_bytes = *reinterpret_cast<const uint16_t*>(fields->vtable);
  return fields->vtable_bytes <= size_ - vtable;
}

[[gnu::always_inline]] inline uint32_t ModelReader::Offset(const Fields& fields, uint32_t id) {
  const uint32_t entry = 4 + 2 * id;
  return entry + 1 < fields.vtable_bytes ? *reinterpret_cast<const uint16_t*>(fields.vtable + entry)
                                         : 0;
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
  Fields fields;
  return Open(pos, &fields) || Bad() ? Table{fields.pos} : Table{};
}

uint32_t ModelReader::FieldOffset(Table table, uint32_t id) const {
  if (!table.there()) {
    return 0;
  }
  const uint8_t* const vtable = data_ + (table.pos - U32Inside(table.pos));
  return Offset({0, vtable, *reinterpret_cast<const uint16_t*>(vtable)}, id);
}

uint32_t ModelReader::FieldWord(Table table, uint32_t id) const {
  const uint32_t offset = FieldOffset(table, id);
  return offset != 0 && (Word(table.pos + offset) || Bad()) ? table.pos + offset : 0;
}

uint32_t ModelReader::FieldU32(Table table, uint32_t id, uint32_t fallback) const {
  const uint32_t pos = FieldWord(table, id);
  return pos ? U32Inside(pos) : fallback;
}

uint8_t ModelReader::FieldU8(Table table, uint32_t id, uint8_t fallback) const {
  const uint32_t offset = FieldOffset(table, id);
  return offset != 0 && (table.pos + offset < size_ || Bad()) ? data_[table.pos + offset]
                                                              : fallback;
}

ModelReader::Table ModelReader::FieldTable(Table table, uint32_t id) const {
  const uint32_t pos = FieldWord(table, id);
  return pos ? FollowToTable(pos) : Table{};
}

uint64_t ModelReader::PackedVector(Table table, uint32_t id, uint32_t shift) const {
  Vector vector{0, 0};
  const uint32_t offset = FieldOffset(table, id);
  if (offset != 0 && !ReadVector(table.pos + offset, shift, &vector)) {
    Bad();
    return 0;
  }
  return static_cast<uint64_t>(vector.count) << 32 | vector.pos;
}

ModelReader::Table ModelReader::TableAt(Vector vector, uint32_t index) const {
  return index < vector.count || Bad() ? FollowToTable(vector.pos + 4 * index) : Table{};
}

bool ModelReader::ReadTensor(Vector tensors, uint32_t index, Vector buffers,
                             TensorInfo* info) const {
  info->shape = info->scales = info->zero_points = Vector{0, 0};
  info->elements = 1;
  info->bytes = info->data = 0;
  info->type = kTfLiteNoType;
  Fields tensor;
  if (index >= tensors.count || !Open(tensors.pos + 4 * index, &tensor)) {
    return Bad();
  }
  const uint32_t shape = Offset(tensor, tensor_field::kShape);
  const uint32_t type = Offset(tensor, tensor_field::kType);
  const uint32_t quantization = Offset(tensor, tensor_field::kQuantization);
  const uint32_t buffer = Offset(tensor, tensor_field::kBuffer);
  if (tensor.pos + type >= size_ || (shape && !ReadVector(tensor.pos + shape, 2, &info->shape))) {
    return Bad();
  }
  if (quantization) {
    const uint32_t pos = tensor.pos + quantization;
    Fields fields;
    if (!Word(pos) || !Open(pos, &fields)) {
      return Bad();
    }
    const uint32_t scales = Offset(fields, quantization_field::kScale);
    const uint32_t zero_points = Offset(fields, quantization_field::kZeroPoint);
    if ((scales && !ReadVector(fields.pos + scales, 2, &info->scales)) ||
        (zero_points && !ReadVector(fields.pos + zero_points, 3, &info->zero_points))) {
      return Bad();
    }
  }

  const uint32_t schema_type = type ? data_[tensor.pos + type] : 0;
  if (schema_type >= sizeof(kTypes) / sizeof(kTypes[0])) {
    return false;
  }
  const uint32_t shift = kTypes[schema_type].shift;
  info->type = static_cast<TfLiteType>(kTypes[schema_type].type);
  if (shift == kNoSize) {
    return false;
  }
  constexpr uint32_t kMaxBytes = UINT32_C(1) << 29;
  uint32_t elements = 1;
  for (uint32_t axis = 0; axis < info->shape.count; ++axis) {
    const uint64_t product =
        static_cast<uint64_t>(elements) * U32Inside(info->shape.pos + 4 * axis);
    // An empty tensor is none that can be computed with.
    if (product == 0 || product > kMaxBytes >> shift) {
      return false;
    }
    elements = static_cast<uint32_t>(product);
  }
  info->elements = elements;
  // Which variable a handle stands for is known while preparing: it takes no memory.
  info->bytes = info->type == kTfLiteResource ? 0 : elements << shift;

  if (buffer == 0 || buffers.count == 0) {
    return true;
  }
  if (!Word(tensor.pos + buffer)) {
    return Bad();
  }
  const uint32_t number = U32Inside(tensor.pos + buffer);
  if (number == 0) {
    return true;
  }
  Fields fields;
  if (number >= buffers.count || !Open(buffers.pos + 4 * number, &fields)) {
    return Bad();
  }
  Vector data{0, 0};
  const uint32_t contents = Offset(fields, buffer_field::kData);
  if (contents && !ReadVector(fields.pos + contents, 0, &data)) {
    return Bad();
  }
  if (data.count == 0) {
    return true;
  }
  info->data = data.pos;
  return data.count >= info->bytes;
}

int32_t ModelReader::BuiltinCode(Table operator_code) const {
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
