// What ops and applications ask of FlatBuffers and FlexBuffers.

#ifndef TENSORFLOW_LITE_MICRO_FLATBUFFER_UTILS_H_
#define TENSORFLOW_LITE_MICRO_FLATBUFFER_UTILS_H_

#include "flatbuffers/flexbuffers.h"
#include "tensorflow/lite/c/common.h"
#include "tensorflow/lite/schema/schema_generated.h"

namespace tflite {

// A custom op's options by their places: of a map in the order of its keys.
class FlexbufferWrapper : public flexbuffers::Vector {
 public:
  FlexbufferWrapper(const uint8_t* buffer, size_t size)
      : flexbuffers::Vector(flexbuffers::GetRoot(buffer, size).AsVector()) {}
  int64_t ElementAsInt64(size_t i) const { return (*this)[i].AsInt64(); }
  uint64_t ElementAsUInt64(size_t i) const { return (*this)[i].AsUInt64(); }
  int32_t ElementAsInt32(size_t i) const { return (*this)[i].AsInt32(); }
  bool ElementAsBool(size_t i) const { return (*this)[i].AsBool(); }
  double ElementAsDouble(size_t i) const { return (*this)[i].AsDouble(); }
  float ElementAsFloat(size_t i) const { return (*this)[i].AsFloat(); }
};

inline uint32_t NumSubgraphOperators(const SubGraph* subgraph) {
  return subgraph->operators() ? subgraph->operators()->size() : 0;
}
inline uint32_t NumSubgraphOperators(const Model* model, int subgraph_idx) {
  return NumSubgraphOperators(model->subgraphs()->Get(static_cast<uint32_t>(subgraph_idx)));
}

// A vector has the layout of an array. Nobody writes to it.
inline TfLiteIntArray* FlatBufferVectorToTfLiteTypeArray(
    const flatbuffers::Vector<int32_t>* vector) {
  return reinterpret_cast<TfLiteIntArray*>(const_cast<flatbuffers::Vector<int32_t>*>(vector));
}
inline TfLiteFloatArray* FlatBufferVectorToTfLiteTypeArray(
    const flatbuffers::Vector<float>* vector) {
  return reinterpret_cast<TfLiteFloatArray*>(const_cast<flatbuffers::Vector<float>*>(vector));
}

}  // namespace tflite

#endif  // TENSORFLOW_LITE_MICRO_FLATBUFFER_UTILS_H_
