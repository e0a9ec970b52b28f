#include "tensorflow/lite/micro/micro_op_resolver.h"

#include "tensorflow/lite/micro/micro_log.h"

namespace tflite {
namespace {

// Whether `name` is the `length` characters at `text`. Loops of their own: the C library's
// functions, made for speed, are longer than the resolver.
bool IsName(const char* name, const char* text, uint32_t length) {
  uint32_t i = 0;
  while (i < length && name[i] != 0 && name[i] == text[i]) {
    ++i;
  }
  return i == length && name[i] == 0;
}

uint32_t Length(const char* name) {
  uint32_t length = 0;
  while (name && name[length] != 0) {
    ++length;
  }
  return length;
}

}  // namespace

uint32_t MicroOpResolver::Find(int32_t builtin_code, const char* custom_name,
                               uint32_t custom_name_length) const {
  uint32_t slot = 0;
  for (; slot < count_; ++slot) {
    const tflm::OpEntry& entry = entries_[slot];
    if (entry.def->code != builtin_code) {
      continue;
    }
    if (!entry.custom_name ||
        (custom_name && IsName(entry.custom_name, custom_name, custom_name_length))) {
      break;
    }
  }
  return slot;
}

TfLiteStatus MicroOpResolver::Register(const tflm::OpEntry& entry) {
  const char* const name = entry.custom_name ? entry.custom_name : entry.def->name;
  if (Find(entry.def->code, entry.custom_name, Length(entry.custom_name)) != count_) {
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
