#include "tensorflow/lite/micro/graph.h"

#include "tensorflow/lite/micro/bytes.h"
#include "tensorflow/lite/micro/micro_log.h"

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

bool Graph::ReadTensor(int32_t index, TensorInfo* info) const {
  if (!ReadTensorTable(reader.TableAt(tensors, static_cast<uint32_t>(index)), index, info)) {
    return false;
  }
  if (locations[index] == kNowhere) {
    locations[index] = info->data ? info->data | kInModel : info->bytes | kComputed;
  }
  return true;
}

bool Graph::ReadTensorTable(ModelReader::Table table, int32_t index, TensorInfo* info) const {
  const uint8_t schema_type = reader.FieldU8(table, tensor_field::kType, 0);
  const TypeFacts facts = schema_type < sizeof(kTypes) / sizeof(kTypes[0])
                              ? kTypes[schema_type]
                              : TypeFacts{kTfLiteNoType, kNoSize};
  info->type = static_cast<TfLiteType>(facts.type);
  info->shape = reader.FieldVector(table, tensor_field::kShape, 4);
  const ModelReader::Table quantization = reader.FieldTable(table, tensor_field::kQuantization);
  info->scales = reader.FieldVector(quantization, quantization_field::kScale, 4);
  info->zero_points = reader.FieldVector(quantization, quantization_field::kZeroPoint, 8);
  info->data = 0;

  const uint32_t shift = facts.shift;
  constexpr uint32_t kMaxBytes = UINT32_C(1) << 29;
  uint32_t elements = 1;
  bool valid = table.there() && shift != kNoSize;
  for (uint32_t axis = 0; valid && axis < info->shape.count; ++axis) {
    const uint32_t extent = reader.U32Inside(info->shape.pos + 4 * axis);
    const uint64_t product = static_cast<uint64_t>(elements) * extent;
    valid = extent != 0 && product <= kMaxBytes >> shift;
    elements = static_cast<uint32_t>(product);
  }
  info->elements = valid ? elements : 1;
  // Which variable a handle stands for is known while preparing: it takes no memory.
  info->bytes = valid && info->type != kTfLiteResource ? elements << shift : 0;

  const uint32_t buffer = reader.FieldU32(table, tensor_field::kBuffer, 0);
  if (valid && buffer != 0) {
    const ModelReader::Vector data =
        reader.FieldVector(reader.TableAt(buffers, buffer), buffer_field::kData, 1);
    if (data.count != 0) {
      const uint32_t align_mask = (UINT32_C(1) << (shift < 2 ? shift : 2)) - 1;
      info->data = data.pos;
      valid = data.count >= info->bytes && (data.pos & align_mask) == 0;
    }
  }
  if (!valid || reader.bad()) {
    MicroPrintf("tensor %d is malformed: type %d, %u dimensions, %u bytes", static_cast<int>(index),
                static_cast<int>(info->type), static_cast<unsigned>(info->shape.count),
                static_cast<unsigned>(info->bytes));
    return false;
  }
  return true;
}

void* Graph::AllocatePersistent(uint32_t bytes, uint32_t alignment) {
  const uint32_t start = (persistent_bytes + alignment - 1) & ~(alignment - 1);
  bytes = (bytes + 3) & ~UINT32_C(3);
  if (start > arena_bytes || bytes > arena_bytes - start) {
    MicroPrintf("arena too small: %u bytes, and the interpreter's own data need %u more",
                static_cast<unsigned>(arena_bytes),
                static_cast<unsigned>(start + bytes - arena_bytes));
    return nullptr;
  }
  persistent_bytes = start + bytes;
  FillBytes(arena + start, 0, bytes);
  return arena + start;
}

}  // namespace tflm
