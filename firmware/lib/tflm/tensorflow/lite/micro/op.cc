#include "tensorflow/lite/micro/op.h"

#include "tensorflow/lite/micro/micro_log.h"

namespace tflm {

bool OpContext::Input(uint32_t i, TensorInfo* info) const {
  if (i >= InputCount()) {
    Fail("too few inputs");
    return false;
  }
  return graph_.ReadTensor(InputIndex(i), info);
}

bool OpContext::Output(uint32_t i, TensorInfo* info) const {
  if (i >= OutputCount()) {
    Fail("too few outputs");
    return false;
  }
  return graph_.ReadTensor(OutputIndex(i), info);
}

void* OpContext::NewParams(uint32_t bytes, uint32_t alignment) {
  void* const params = graph_.Reserve(bytes, alignment);
  const uint32_t offset = graph_.persistent_bytes - bytes;
  if (params && offset / 4 > UINT16_MAX) {
    Fail("its parameters are out of reach: more than 256 KB of ops' parameters before it");
    return nullptr;
  }
  node_.params = static_cast<uint16_t>(offset / 4);
  return params;
}

#if !defined(TF_LITE_STRIP_ERROR_STRINGS)
TfLiteStatus OpContext::Fail(const char* why) const {
  MicroPrintf("%s (node %u): %s", entry_.custom_name ? entry_.custom_name : entry_.def->name,
              static_cast<unsigned>(node_index_), why);
  return kTfLiteError;
}
#endif

}  // namespace tflm
