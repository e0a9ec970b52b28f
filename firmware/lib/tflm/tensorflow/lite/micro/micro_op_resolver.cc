#include "tensorflow/lite/micro/micro_op_resolver.h"

#include "tensorflow/lite/micro/micro_log.h"

namespace tflite {
uint32_t MicroOpResolver::Find(int32_t builtin_code, const char* custom_name,
                               uint32_t length) const {
  uint32_t slot = 0;
  for (; slot < count_; ++slot) {
    const tflm::OpDef& def = *entries_[slot].def;
    if (def.code == builtin_code &&
        (!def.is_named || def.is_named(entries_[slot].custom_name, custom_name, length))) {
      break;
    }
  }
  return slot;
}

TfLiteStatus MicroOpResolver::Register(const tflm::OpDef* def, const TFLMRegistration* custom,
                                       const char* custom_name) {
  if (Find(def->code, custom_name, UINT32_MAX) != count_) {
    MicroPrintf("the resolver already has op '%s'", custom_name ? custom_name : def->name);
    return kTfLiteError;
  }
  if (count_ == capacity_) {
    MicroPrintf("no room for op '%s': the resolver was made for %u ops",
                custom_name ? custom_name : def->name, static_cast<unsigned>(capacity_));
    return kTfLiteError;
  }
  entries_[count_++] = tflm::OpEntry{def, custom, custom_name};
  return kTfLiteOk;
}

}  // namespace tflite
