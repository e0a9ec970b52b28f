#include "tensorflow/lite/micro/graph.h"

#include "tensorflow/lite/micro/bytes.h"
#include "tensorflow/lite/micro/micro_log.h"

namespace tflm {
bool Graph::ReadTensor(int32_t index, TensorInfo* info) const {
  const uint32_t i = static_cast<uint32_t>(index);
  if (i < tensors.count && i == last_index) {
    *info = last_info;
    return true;
  }
  const Location known = i < tensors.count ? locations[i] : kNowhere;
  const bool computed = known != kNowhere && !(known & kInModel);
  if (!reader.ReadTensor(tensors, i, computed ? ModelReader::Vector{0, 0} : buffers, info)) {
    MicroPrintf("tensor %d is malformed: type %d, %u dimensions, %u bytes", static_cast<int>(index),
                static_cast<int>(info->type), static_cast<unsigned>(info->shape.count),
                static_cast<unsigned>(info->bytes));
    return false;
  }
  if (known == kNowhere) {
    locations[i] = info->data ? info->data | kInModel : info->bytes | kComputed;
  }
  if (!info->data) {
    last_index = i;
    last_info = *info;
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
