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
    uint32_t vtable_bytes = 0;
    const uint8_t* vtable = nullptr;
    bool there() const { return pos != 0; }
  };

  // What an operator's table says.
  struct Operator {
    uint32_t code;          // index of its operator code
    uint32_t inputs;        // position of its tensor indices, as Vector::pos
    uint32_t outputs;       // the same
    uint32_t options_type;  // whose builtin options they are; 0: it has none
    Table options;
  };
  // The vectors of a tensor's quantization.
  struct Quantization {
    Vector scales;       // float32
    Vector zero_points;  // int64
  };

  ModelReader(const uint8_t* data, uint32_t size) : data_(data), size_(size) {}

  const uint8_t* data() const { return data_; }
  bool bad() const { return bad_; }

  uint32_t U32(uint32_t pos) const;
  // For positions inside a vector that was read: nothing is checked.
  uint32_t U32Inside(uint32_t pos) const { return *reinterpret_cast<const uint32_t*>(data_ + pos); }

  // The root table; not there if the file identifier is not "TFL3".
  Table Root() const;
  uint32_t FieldU32(const Table& table, uint32_t id, uint32_t fallback) const;
  uint8_t FieldU8(const Table& table, uint32_t id, uint8_t fallback) const;
  // The table that a field refers to.
  Table FieldTable(const Table& table, uint32_t id) const;
  // The vector that a field refers to. `element_bytes`: 1, 4 or 8; elements are aligned to it, up
  // to 4.
  [[gnu::always_inline]] Vector FieldVector(const Table& table, uint32_t id,
                                            uint32_t element_bytes) const {
    return Unpack(PackedField(table, id, element_bytes == 1 ? 0 : (element_bytes == 4 ? 2 : 3)));
  }
  // The string that a field refers to, up to its first 0, where C's functions end; there has to be
  // one behind it.
  Vector FieldText(const Table& table, uint32_t id) const;
  // The builtin operator that an operator code stands for.
  int32_t BuiltinCode(const Table& operator_code) const;
  // Element `index` of a vector of tables.
  Table TableAt(Vector vector, uint32_t index) const;
  // Element `index`, which is there, of the operators.
  void ReadOperator(const Vector& operators, uint32_t index, Operator* op) const;
  // What element `index`, which is there, of `tensors` says. `buffers`: the model's. False if it is
  // malformed.
  bool ReadTensor(const Vector& tensors, uint32_t index, const Vector& buffers,
                  TensorInfo* info) const;
  // Empty vectors where a tensor has none.
  void ReadQuantization(const TensorInfo& info, Quantization* quantization) const;
  // The first zero point's low word; 0 where it is left out.
  uint32_t ZeroPoint(const Quantization& quantization) const {
    return quantization.zero_points.count != 0 ? U32Inside(quantization.zero_points.pos) : 0;
  }

 private:
  // Whether `pos` is a multiple of 4 with 4 bytes inside. One comparison: rotated, a position that
  // is misaligned is huge.
  bool Word(uint32_t pos) const { return (pos >> 2 | pos << 30) < size_ >> 2; }
  bool Bad() const {
    bad_ = true;
    return false;
  }
  // The table that the offset at `pos`, which lies inside, leads to.
  bool Open(uint32_t pos, Table* table) const;
  // Where field `id` stands from its table's start; 0 if the table leaves it at its default.
  [[gnu::always_inline]] static uint32_t Offset(const Table& table, uint32_t id) {
    const uint32_t entry = 4 + 2 * id;
    return entry + 1 < table.vtable_bytes ? *reinterpret_cast<const uint16_t*>(table.vtable + entry)
                                          : 0;
  }
  // Where it stands in the model; 0 as above. Not checked.
  [[gnu::always_inline]] static uint32_t Position(const Table& table, uint32_t id) {
    const uint32_t offset = Offset(table, id);
    return offset != 0 ? table.pos + offset : 0;
  }
  // The vector that the offset at `pos` leads to. shift: log2 of an element's bytes. False if it is
  // bad.
  bool ReadVector(uint32_t pos, uint32_t shift, Vector* vector) const;
  // The vector that a field leads to; left as it is if the table has no such field.
  bool ReadField(const Table& table, uint32_t id, uint32_t shift, Vector* vector) const;
  // A Vector's pos, and its count above: the compiler returns this in registers.
  static Vector Unpack(uint64_t packed) {
    return Vector{static_cast<uint32_t>(packed), static_cast<uint32_t>(packed >> 32)};
  }
  // The vector that the offset at `pos` leads to; none for a `pos` of 0.
  uint64_t PackedVector(uint32_t pos, uint32_t shift) const;
  // The vector that a field leads to.
  uint64_t PackedField(const Table& table, uint32_t id, uint32_t shift) const;
  // The table that the offset at `pos`, which lies inside, leads to.
  Table FollowToTable(uint32_t pos) const;

  const uint8_t* data_;
  uint32_t size_;
  mutable bool bad_ = false;
};

// What the model says of one tensor.
struct TensorInfo {
  ModelReader::Vector shape;  // int32 extents
  uint32_t quantization;      // position of the offset to its table; 0: it has none
  uint32_t elements;
  uint32_t bytes;
  uint32_t data;  // position of its constant data in the model; 0: it is computed
  TfLiteType type;
};

// Field numbers of the schema's tables, in their order there.
namespace model_field {
enum { kVersion = 0, kOperatorCodes = 1, kSubgraphs = 2, kBuffers = 4, kMetadata = 6 };
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
enum {
  kOpcodeIndex = 0,
  kInputs = 1,
  kOutputs = 2,
  kBuiltinOptionsType = 3,
  kBuiltinOptions = 4,
  kCustomOptions = 5
};
}
namespace buffer_field {
enum { kData = 0 };
}

}  // namespace tflm

#endif  // TENSORFLOW_LITE_MICRO_MODEL_READER_H_
