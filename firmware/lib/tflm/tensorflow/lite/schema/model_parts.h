// What applications look at in a model: its subgraphs, operator codes, buffers and description.

#ifndef TENSORFLOW_LITE_SCHEMA_MODEL_PARTS_H_
#define TENSORFLOW_LITE_SCHEMA_MODEL_PARTS_H_

#include "tensorflow/lite/schema/flatbuffer_views.h"
#include "tensorflow/lite/schema/schema_generated.h"

namespace tflite {

using Int32s = flatbuffers::Vector<int32_t>;

class OperatorCode : private flatbuffers::TableView {
 public:
  BuiltinOperator builtin_code() const {
    return static_cast<BuiltinOperator>(Value<int32_t>(3, 0));
  }
  // Of models from before 2020, below 127.
  int8_t deprecated_builtin_code() const { return Value<int8_t>(0, 0); }
  const flatbuffers::String* custom_code() const { return Pointer<flatbuffers::String>(1); }
  int32_t version() const { return Value<int32_t>(2, 1); }
};

class QuantizationParameters : private flatbuffers::TableView {
 public:
  const flatbuffers::Vector<float>* scale() const { return Pointer<flatbuffers::Vector<float>>(2); }
  const flatbuffers::Vector<int64_t>* zero_point() const {
    return Pointer<flatbuffers::Vector<int64_t>>(3);
  }
  int32_t quantized_dimension() const { return Value<int32_t>(6, 0); }
};

class Tensor : private flatbuffers::TableView {
 public:
  const Int32s* shape() const { return Pointer<Int32s>(0); }
  TensorType type() const { return static_cast<TensorType>(Value<int8_t>(1, 0)); }
  uint32_t buffer() const { return Value<uint32_t>(2, 0); }
  const flatbuffers::String* name() const { return Pointer<flatbuffers::String>(3); }
  const QuantizationParameters* quantization() const { return Pointer<QuantizationParameters>(4); }
  bool is_variable() const { return Value<uint8_t>(5, 0) != 0; }
};

class Operator : private flatbuffers::TableView {
 public:
  uint32_t opcode_index() const { return Value<uint32_t>(0, 0); }
  const Int32s* inputs() const { return Pointer<Int32s>(1); }
  const Int32s* outputs() const { return Pointer<Int32s>(2); }
  const flatbuffers::Vector<uint8_t>* custom_options() const {
    return Pointer<flatbuffers::Vector<uint8_t>>(5);
  }
};

class SubGraph : private flatbuffers::TableView {
 public:
  const flatbuffers::Vector<flatbuffers::Offset<Tensor>>* tensors() const {
    return Pointer<flatbuffers::Vector<flatbuffers::Offset<Tensor>>>(0);
  }
  const Int32s* inputs() const { return Pointer<Int32s>(1); }
  const Int32s* outputs() const { return Pointer<Int32s>(2); }
  const flatbuffers::Vector<flatbuffers::Offset<Operator>>* operators() const {
    return Pointer<flatbuffers::Vector<flatbuffers::Offset<Operator>>>(3);
  }
  const flatbuffers::String* name() const { return Pointer<flatbuffers::String>(4); }
};

class Buffer : private flatbuffers::TableView {
 public:
  // Null of a buffer of nothing.
  const flatbuffers::Vector<uint8_t>* data() const {
    return Pointer<flatbuffers::Vector<uint8_t>>(0);
  }
};

class Metadata : private flatbuffers::TableView {
 public:
  const flatbuffers::String* name() const { return Pointer<flatbuffers::String>(0); }
  uint32_t buffer() const { return Value<uint32_t>(1, 0); }
};

// The root table, to which the flatbuffer's first word leads.
class ModelTable : private flatbuffers::TableView {
 public:
  static const ModelTable& Of(const Model* model) {
    const uint8_t* const start = reinterpret_cast<const uint8_t*>(model);
    return *reinterpret_cast<const ModelTable*>(start + *reinterpret_cast<const uint32_t*>(start));
  }
  template <typename T>
  const T* Field(uint32_t id) const {
    return Pointer<T>(id);
  }
};

inline const flatbuffers::Vector<flatbuffers::Offset<OperatorCode>>* Model::operator_codes() const {
  return ModelTable::Of(this).Field<flatbuffers::Vector<flatbuffers::Offset<OperatorCode>>>(1);
}
inline const flatbuffers::Vector<flatbuffers::Offset<SubGraph>>* Model::subgraphs() const {
  return ModelTable::Of(this).Field<flatbuffers::Vector<flatbuffers::Offset<SubGraph>>>(2);
}
inline const flatbuffers::Vector<flatbuffers::Offset<Buffer>>* Model::buffers() const {
  return ModelTable::Of(this).Field<flatbuffers::Vector<flatbuffers::Offset<Buffer>>>(4);
}
inline const flatbuffers::Vector<flatbuffers::Offset<Metadata>>* Model::metadata() const {
  return ModelTable::Of(this).Field<flatbuffers::Vector<flatbuffers::Offset<Metadata>>>(6);
}
inline const flatbuffers::String* Model::description() const {
  return ModelTable::Of(this).Field<flatbuffers::String>(3);
}

}  // namespace tflite

#endif  // TENSORFLOW_LITE_SCHEMA_MODEL_PARTS_H_
