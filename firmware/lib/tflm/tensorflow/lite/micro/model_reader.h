// A bounds-checked view of a .tflite flatbuffer (schema version 3; the binary format is
// FlatBuffers': little-endian, tables with vtables, offsets relative to where they stand).
//
// Everything is a byte position from the start of the model; 0 stands for "not there" (position 0
// holds the root offset, so nothing else can be there). A read outside the model, or misaligned,
// gives 0 and sets bad() for good: callers read what they need, then ask once.

#ifndef TENSORFLOW_LITE_MICRO_MODEL_READER_H_
#define TENSORFLOW_LITE_MICRO_MODEL_READER_H_

#include <stdint.h>

namespace tflm {

class ModelReader {
 public:
  // A flatbuffer vector: `count` elements from `pos` on.
  struct Vector {
    uint32_t pos;
    uint32_t count;
  };

  ModelReader(const uint8_t* data, uint32_t size) : data_(data), size_(size) {}

  const uint8_t* data() const { return data_; }
  bool bad() const { return bad_; }

  uint32_t U32(uint32_t pos) const {
    return Inside(pos, 4, 3) ? *reinterpret_cast<const uint32_t*>(data_ + pos) : 0;
  }
  uint16_t U16(uint32_t pos) const {
    return Inside(pos, 2, 1) ? *reinterpret_cast<const uint16_t*>(data_ + pos) : 0;
  }
  uint8_t U8(uint32_t pos) const { return Inside(pos, 1, 0) ? data_[pos] : 0; }

  // The root table; 0 if the file identifier is not "TFL3".
  uint32_t Root() const;

  // Where field `id` of the table at `table` stands, or 0 if the table is 0 or leaves the field at
  // its default.
  uint32_t Field(uint32_t table, uint32_t id) const;

  uint32_t FieldU32(uint32_t table, uint32_t id, uint32_t fallback) const {
    const uint32_t pos = Field(table, id);
    return pos ? U32(pos) : fallback;
  }
  uint8_t FieldU8(uint32_t table, uint32_t id, uint8_t fallback) const {
    const uint32_t pos = Field(table, id);
    return pos ? U8(pos) : fallback;
  }
  // The table that a field refers to, or 0.
  uint32_t FieldTable(uint32_t table, uint32_t id) const;
  // The vector that a field refers to, checked to lie inside the model; {0, 0} if there is none.
  // `element_bytes` is a power of two; elements are aligned to it, up to 4.
  Vector FieldVector(uint32_t table, uint32_t id, uint32_t element_bytes) const;
  // Element `index` of a vector of tables, or 0 when out of range.
  uint32_t TableAt(Vector vector, uint32_t index) const;

 private:
  bool Inside(uint32_t pos, uint32_t bytes, uint32_t align_mask) const {
    if (pos < size_ && bytes <= size_ - pos && (pos & align_mask) == 0) {
      return true;
    }
    bad_ = true;
    return false;
  }
  uint32_t Follow(uint32_t pos) const;

  const uint8_t* data_;
  uint32_t size_;
  mutable bool bad_ = false;
};

// Field numbers of the schema's tables, in their order there.
namespace model_field {
enum { kVersion = 0, kOperatorCodes = 1, kSubgraphs = 2, kBuffers = 4 };
}
namespace operator_code_field {
enum { kDeprecatedBuiltinCode = 0, kCustomCode = 1, kVersion = 2, kBuiltinCode = 3 };
}
namespace subgraph_field {
enum { kTensors = 0, kInputs = 1, kOutputs = 2, kOperators = 3 };
}
namespace tensor_field {
enum { kShape = 0, kType = 1, kBuffer = 2, kName = 3, kQuantization = 4, kIsVariable = 5 };
}
namespace quantization_field {
enum { kScale = 2, kZeroPoint = 3, kQuantizedDimension = 6 };
}
namespace operator_field {
enum { kOpcodeIndex = 0, kInputs = 1, kOutputs = 2, kBuiltinOptions = 4, kCustomOptions = 5 };
}
namespace buffer_field {
enum { kData = 0 };
}

}  // namespace tflm

#endif  // TENSORFLOW_LITE_MICRO_MODEL_READER_H_
