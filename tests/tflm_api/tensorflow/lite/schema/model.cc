// The few fields of a .tflite file that upstream's inline functions read for an application
// (flatbuffers.dev/flatbuffers_internals, tables and vectors).

#include <cstring>

#include "tensorflow/lite/schema/schema_generated.h"

namespace {

template <typename T>
T Read(const uint8_t* at) {
  T value;
  memcpy(&value, at, sizeof(value));
  return value;
}

const uint8_t* Follow(const uint8_t* offset) { return offset + Read<uint32_t>(offset); }

// A field that is there: those below always are.
const uint8_t* Field(const void* table, size_t index) {
  const uint8_t* const at = static_cast<const uint8_t*>(table);
  const uint8_t* const vtable = at - Read<int32_t>(at);
  return at + Read<uint16_t>(vtable + sizeof(uint16_t) * (2 + index));
}

uint32_t ListSizeOfFirstGraph(const tflite::Model* model, size_t field) {
  const uint8_t* const graphs = Follow(Field(model, 2));
  const uint8_t* const first = Follow(graphs + sizeof(uint32_t));
  return Read<uint32_t>(Follow(Field(first, field)));
}

}  // namespace

namespace tflite {

uint32_t Model::version() const { return Read<uint32_t>(Field(this, 0)); }

const Model* GetModel(const void* buffer) {
  return reinterpret_cast<const Model*>(Follow(static_cast<const uint8_t*>(buffer)));
}

size_t InputCount(const Model* model) { return ListSizeOfFirstGraph(model, 1); }
size_t OutputCount(const Model* model) { return ListSizeOfFirstGraph(model, 2); }

}  // namespace tflite
