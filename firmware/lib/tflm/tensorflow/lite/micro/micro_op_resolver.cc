#include "tensorflow/lite/micro/micro_op_resolver.h"

#include <cstring>

#include "tensorflow/lite/micro/micro_log.h"

namespace tflite {

uint32_t MicroOpResolver::Find(int32_t builtin_code, const char* custom_name,
                               uint32_t custom_name_length) const {
  uint32_t slot = 0;
  for (; slot < count_; ++slot) {
    const tflm::OpEntry& entry = entries_[slot];
    if (entry.def->code != builtin_code) {
      continue;
    }
    if (!entry.custom_name ||
        (custom_name && std::strlen(entry.custom_name) == custom_name_length &&
         std::memcmp(entry.custom_name, custom_name, custom_name_length) == 0)) {
      break;
    }
  }
  return slot;
}

TfLiteStatus MicroOpResolver::Register(const tflm::OpEntry& entry) {
  const char* const name = entry.custom_name ? entry.custom_name : entry.def->name;
  if (Find(entry.def->code, entry.custom_name,
           entry.custom_name ? std::strlen(entry.custom_name) : 0) != count_) {
    MicroPrintf("the resolver already has op '%s'", name);
    return kTfLiteError;
  }
  if (count_ == capacity_) {
    MicroPrintf("no room for op '%s': the resolver was made for %u ops", name,
                static_cast<unsigned>(capacity_));
    return kTfLiteError;
  }
  entries_[count_++] = entry;
  return kTfLiteOk;
}

}  // namespace tflite
