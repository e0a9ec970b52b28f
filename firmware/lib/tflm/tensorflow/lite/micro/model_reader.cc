#include "tensorflow/lite/micro/model_reader.h"

#include "tensorflow/lite/schema/schema_generated.h"

namespace tflm {

uint32_t ModelReader::Follow(uint32_t pos) const {
  const uint32_t offset = U32(pos);
  const uint32_t target = pos + offset;
  if (offset == 0 || target < pos || target >= size_) {
    bad_ = true;
    return 0;
  }
  return target;
}

uint32_t ModelReader::Root() const {
  constexpr uint32_t kIdentifier = 0x334c4654;  // "TFL3"
  return U32(4) == kIdentifier ? Follow(0) : 0;
}

uint32_t ModelReader::Field(uint32_t table, uint32_t id) const {
  if (table == 0) {
    return 0;
  }
  const uint32_t vtable =
      table - U32(table);  // the offset is signed; unsigned wrap-around does the same
  const uint32_t entry = 4 + 2 * id;
  if (entry + 2 > U16(vtable)) {
    return 0;
  }
  const uint32_t offset = U16(vtable + entry);
  return offset ? table + offset : 0;
}

uint32_t ModelReader::FieldTable(uint32_t table, uint32_t id) const {
  const uint32_t pos = Field(table, id);
  return pos ? Follow(pos) : 0;
}

ModelReader::Vector ModelReader::FieldVector(uint32_t table, uint32_t id,
                                             uint32_t element_bytes) const {
  const uint32_t pos = FieldTable(table, id);
  if (pos == 0) {
    return Vector{0, 0};
  }
  const uint32_t count = U32(pos);
  const uint32_t align_mask = (element_bytes < 4 ? element_bytes : 4) - 1;
  if (bad_ || count > (size_ - pos - 4) / element_bytes || ((pos + 4) & align_mask) != 0) {
    bad_ = true;
    return Vector{0, 0};
  }
  return Vector{pos + 4, count};
}

uint32_t ModelReader::TableAt(Vector vector, uint32_t index) const {
  if (index >= vector.count) {
    bad_ = true;
    return 0;
  }
  return Follow(vector.pos + 4 * index);
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
