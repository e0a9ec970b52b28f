#include "tensorflow/lite/micro/model_reader.h"

#include "tensorflow/lite/schema/schema_generated.h"

namespace tflm {

uint32_t ModelReader::U32(uint32_t pos) const { return Word(pos) ? U32Inside(pos) : 0; }

ModelReader::Table ModelReader::Root() const {
  constexpr uint32_t kIdentifier = 0x334c4654;  // "TFL3"
  return U32(4) == kIdentifier ? FollowToTable(0) : Table{};
}

ModelReader::Table ModelReader::FollowToTable(uint32_t pos) const {
  const uint32_t table = Follow(pos);
  // The offset is signed; wrap-around does the same.
  const uint32_t vtable = table - U32Inside(table);
  if (table == 0 || (vtable & 1) != 0 || vtable + 1 >= size_ || (U16Inside(vtable) & 1) != 0 ||
      U16Inside(vtable) > size_ - vtable) {
    bad_ = true;
    return {};
  }
  return Table{table};
}

// Inlined into its callers, which every tensor goes through nine times.
[[gnu::always_inline]] inline uint32_t ModelReader::Field(Table table, uint32_t id,
                                                          uint32_t bytes) const {
  if (!table.there()) {
    return 0;
  }
  const uint32_t entry = 4 + 2 * id;
  const uint32_t vtable = table.pos - U32Inside(table.pos);
  if (entry >= U16Inside(vtable)) {
    return 0;
  }
  const uint32_t offset = U16Inside(vtable + entry);
  const uint32_t pos = table.pos + offset;
  return offset != 0 && (bytes == 4 ? Word(pos) : pos < size_ || Bad()) ? pos : 0;
}

uint32_t ModelReader::FieldU32(Table table, uint32_t id, uint32_t fallback) const {
  const uint32_t pos = Field(table, id, 4);
  return pos ? U32Inside(pos) : fallback;
}

uint8_t ModelReader::FieldU8(Table table, uint32_t id, uint8_t fallback) const {
  const uint32_t pos = Field(table, id, 1);
  return pos ? data_[pos] : fallback;
}

ModelReader::Table ModelReader::FieldTable(Table table, uint32_t id) const {
  const uint32_t pos = Field(table, id, 4);
  return pos ? FollowToTable(pos) : Table{};
}

ModelReader::Vector ModelReader::FieldVectorOf(Table table, uint32_t id, uint32_t shift) const {
  const uint32_t field = Field(table, id, 4);
  const uint32_t pos = field ? Follow(field) : 0;
  if (pos == 0) {
    return Vector{0, 0};
  }
  const uint32_t count = U32Inside(pos);
  return count <= (size_ - pos - 4) >> shift || Bad() ? Vector{pos + 4, count} : Vector{0, 0};
}

ModelReader::Table ModelReader::TableAt(Vector vector, uint32_t index) const {
  return index < vector.count || Bad() ? FollowToTable(vector.pos + 4 * index) : Table{};
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
