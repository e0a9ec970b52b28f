#include "tensorflow/lite/micro/graph.h"

#include "tensorflow/lite/micro/micro_log.h"

// Else the compiler sees what the loop is, and calls memset.
#pragma GCC optimize("no-tree-loop-distribute-patterns")

namespace tflm {

bool Graph::ReadTensor(int32_t index, TensorInfo* info) const {
  const uint32_t i = static_cast<uint32_t>(index);
  if (i >= tensors.count) {
    MicroPrintf("tensor %d is malformed: the model has %u", static_cast<int>(index),
                static_cast<unsigned>(tensors.count));
    return false;
  }
  if (i == last_index) {
    *info = last_info;
    return true;
  }
#if !defined(TF_LITE_STRIP_ERROR_STRINGS)
  *info = TensorInfo{};  // for the message
#endif
  if (!reader.ReadTensor(tensors, i, buffers, info)) {
    MicroPrintf("tensor %d is malformed: type %d, %u dimensions, %u bytes", static_cast<int>(index),
                static_cast<int>(info->type), static_cast<unsigned>(info->shape.count),
                static_cast<unsigned>(info->bytes));
    return false;
  }
  if (info->data) {
    locations[i] = info->data | kInModel;
    return true;
  }
  if (info->type == kTfLiteResource) {
    info->bytes = 0;  // which variable a handle stands for is known while preparing
  }
  if (locations[i] == kNowhere) {
    locations[i] = info->bytes | kComputed;
  }
  last_index = i;
  last_info = *info;
  return true;
}

bool Graph::IsVariable(uint32_t index) const {
  return reader.FieldU8(reader.TableAt(tensors, index), tensor_field::kIsVariable, 0) != 0;
}

void* Graph::Reserve(uint32_t bytes, uint32_t alignment) {
  const uint32_t start = (persistent_bytes + alignment - 1) & ~(alignment - 1);
  bytes = (bytes + 3) & ~UINT32_C(3);
  if (start > arena_bytes || bytes > arena_bytes - start) {
    MicroPrintf("arena too small: %u bytes, and the interpreter's own data need %u more",
                static_cast<unsigned>(arena_bytes),
                static_cast<unsigned>(start + bytes - arena_bytes));
    return nullptr;
  }
  persistent_bytes = start + bytes;
  return arena + start;
}

void* Graph::AllocatePersistent(uint32_t bytes, uint32_t alignment) {
  // Not by FillBytes, which goes by bytes.
  auto* const words = static_cast<uint32_t*>(Reserve(bytes, alignment));
  auto* const end = reinterpret_cast<uint32_t*>(arena + persistent_bytes);
  for (uint32_t* word = words; words && word != end; ++word) {
    *word = 0;
  }
  return words;
}

}  // namespace tflm
