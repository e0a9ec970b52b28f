// A bounds-checked view of a .tflite flatbuffer (schema version 3; the binary format is
// FlatBuffers': little-endian, tables with vtables, offsets relative to where they stand).
//
// Everything is a byte position from the start of the model; 0 stands for "not there" (position 0
// holds the root offset, so nothing else can be there). A read outside the model, or misaligned,
// gives 0 and sets bad() for good: callers read what they need, then ask once.

#ifndef TENSORFLOW_LITE_MICRO_MODEL_READER_H_
#define TENSORFLOW_LITE_MICRO_MODEL_READER_H_

#include <stdint.h>

#include "tensorflow/lite/c/common.h"

namespace tflm {

struct TensorInfo;

class ModelReader {
 public:
  // A flatbuffer vector inside the model: `count` elements from `pos` on. {0, 0}: not there.
  struct Vector {
    uint32_t pos;
    uint32_t count;
  };
  // A table that begins inside the model, as its vtable lies inside. One that is not there has no
  // field.
  struct Table {
    uint32_t pos = 0;
    bool there() const { return pos != 0; }
  };

  ModelReader(const uint8_t* data, uint32_t size) : data_(data), size_(size) {}

  const uint8_t* data() const { return data_; }
  bool bad() const { return bad_; }

  uint32_t U32(uint32_t pos) const;
  // For positions inside a vector that was read: nothing is checked.
  uint32_t U32Inside(uint32_t pos) const { return *reinterpret_cast<const uint32_t*>(data_ + pos); }

  // The root table; not there if the file identifier is not "TFL3".
  Table Root() const;
  uint32_t FieldU32(Table table, uint32_t id, uint32_t fallback) const;
  uint8_t FieldU8(Table table, uint32_t id, uint8_t fallback) const;
  // The table that a field refers to.
  Table FieldTable(Table table, uint32_t id) const;
  // The vector that a field refers to. `element_bytes`: 1, 4 or 8; elements are aligned to it, up
  // to 4.
  [[gnu::always_inline]] Vector FieldVector(Table table, uint32_t id,
                                            uint32_t element_bytes) const {
    const uint64_t packed =
        PackedVector(table, id, element_bytes == 1 ? 0 : (element_bytes == 4 ? 2 : 3));
    return Vector{static_cast<uint32_t>(packed), static_cast<uint32_t>(packed >> 32)};
  }
  // The builtin operator that an operator code stands for.
  int32_t BuiltinCode(Table operator_code) const;
  // Element `index` of a vector of tables.
  Table TableAt(Vector vector, uint32_t index) const;
  // What element `index` of `tensors` says. `buffers`: the model's, or none for a tensor that is
  // known to be no constant. False if it is malformed.
  bool ReadTensor(Vector tensors, uint32_t index, Vector buffers, TensorInfo* info) const;

 private:
  // A table whose vtable is at hand.
  struct Fields {
    uint32_t pos;
    const uint8_t* vtable;
    uint32_t vtable_bytes;
  };

  // Whether `pos` is a multiple of 4 with 4 bytes inside. One comparison: rotated, a position that
  // is misaligned is huge.
  bool Word(uint32_t pos) const { return (pos >> 2 | pos << 30) < size_ >> 2; }
  bool Bad() const {
    bad_ = true;
    return false;
  }
  // The table that the offset at `pos`, which lies inside, leads to.
  bool Open(uint32_t pos, Fields* fields) const;
  // Where field `id` stands from its table's start; 0 if the table leaves it at its default.
  static uint32_t Offset(const Fields& fields, uint32_t id);
  uint32_t FieldOffset(Table table, uint32_t id) const;
  // Where field `id` of a table, 4 bytes that lie inside, stands; 0 as above.
  uint32_t FieldWord(Table table, uint32_t id) const;
  // The vector that the offset at `pos` leads to. shift: log2 of an element's bytes.
  bool ReadVector(uint32_t pos, uint32_t shift, Vector* vector) const;
  // A Vector's pos, and its count above; the compiler returns this in registers.
  uint64_t PackedVector(Table table, uint32_t id, uint32_t shift) const;
  // The table that the offset at `pos`, which lies inside, leads to.
  Table FollowToTable(uint32_t pos) const;

  const uint8_t* data_;
  uint32_t size_;
  mutable bool bad_ = false;
};

// What the model says of one tensor.
struct TensorInfo {
  ModelReader::Vector shape;        // int32 extents
  ModelReader::Vector scales;       // float32
  ModelReader::Vector zero_points;  // int64
  uint32_t elements;
  uint32_t bytes;
  uint32_t data;  // position of its constant data in the model; 0: it is computed
  TfLiteType type;
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
