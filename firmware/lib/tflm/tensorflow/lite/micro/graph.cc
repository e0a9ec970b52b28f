#include "tensorflow/lite/micro/graph.h"

#include <cstring>

#include "tensorflow/lite/micro/micro_log.h"

namespace tflm {
namespace {

// By the schema's enum TensorType, which TfLiteType follows but for these.
TfLiteType TypeFromSchema(uint8_t schema_type) {
  switch (schema_type) {
    case 0:
      return kTfLiteFloat32;
    case 1:
      return kTfLiteFloat16;
    case 2:
      return kTfLiteInt32;
    case 3:
      return kTfLiteUInt8;
    case 4:
      return kTfLiteInt64;
    case 6:
      return kTfLiteBool;
    case 7:
      return kTfLiteInt16;
    case 9:
      return kTfLiteInt8;
    case 13:
      return kTfLiteResource;
    default:
      return kTfLiteNoType;
  }
}

uint32_t TypeBytes(TfLiteType type) {
  switch (type) {
    case kTfLiteInt8:
    case kTfLiteUInt8:
    case kTfLiteBool:
      return 1;
    case kTfLiteInt16:
    case kTfLiteFloat16:
      return 2;
    case kTfLiteInt32:
    case kTfLiteFloat32:
    case kTfLiteResource:
      return 4;
    case kTfLiteInt64:
      return 8;
    default:
      return 0;
  }
}

}  // namespace

bool Graph::ReadTensor(int32_t index, TensorInfo* info) const {
  const uint32_t table = index >= 0 ? reader.TableAt(tensors, static_cast<uint32_t>(index)) : 0;
  *info = TensorInfo{};
  info->type = TypeFromSchema(reader.FieldU8(table, tensor_field::kType, 0));
  info->shape = reader.FieldVector(table, tensor_field::kShape, 4);
  info->is_variable = reader.FieldU8(table, tensor_field::kIsVariable, 0) != 0;
  const uint32_t quantization = reader.FieldTable(table, tensor_field::kQuantization);
  info->scales = reader.FieldVector(quantization, quantization_field::kScale, 4);
  info->zero_points = reader.FieldVector(quantization, quantization_field::kZeroPoint, 8);

  const uint32_t element_bytes = TypeBytes(info->type);
  constexpr uint32_t kMaxBytes = UINT32_C(1) << 30;
  uint32_t elements = 1;
  bool valid = table != 0 && element_bytes != 0;
  for (uint32_t axis = 0; axis < info->shape.count; ++axis) {
    const uint32_t extent = reader.U32(info->shape.pos + 4 * axis);
    const uint64_t product = static_cast<uint64_t>(elements) * extent;
    valid = valid && extent != 0 && product <= kMaxBytes / element_bytes;
    elements = valid ? static_cast<uint32_t>(product) : 1;
  }
  info->elements = elements;
  info->bytes = elements * element_bytes;

  const uint32_t buffer = reader.FieldU32(table, tensor_field::kBuffer, 0);
  if (valid && buffer != 0) {
    const ModelReader::Vector data =
        reader.FieldVector(reader.TableAt(buffers, buffer), buffer_field::kData, 1);
    if (data.count != 0) {
      info->data = data.pos;
      valid = data.count >= info->bytes &&
              (data.pos & (element_bytes < 4 ? element_bytes - 1 : 3)) == 0;
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
  if (start > arena_bytes || bytes > arena_bytes - start) {
    MicroPrintf("arena too small: %u bytes, and the interpreter's own data need %u more",
                static_cast<unsigned>(arena_bytes),
                static_cast<unsigned>(start + bytes - arena_bytes));
    return nullptr;
  }
  persistent_bytes = start + bytes;
  return std::memset(arena + start, 0, bytes);
}

}  // namespace tflm
