// Where messages go, told at run time, as upstream's port to any Cortex-M has it. Whoever includes
// this has a DebugLog by that, unless another source of the application gives one.

#ifndef TENSORFLOW_LITE_MICRO_DEBUG_LOG_CALLBACK_H_
#define TENSORFLOW_LITE_MICRO_DEBUG_LOG_CALLBACK_H_

#include "tensorflow/lite/micro/debug_log.h"

// Takes messages piece by piece; the last piece of each is a line's end.
typedef void (*DebugLogCallback)(const char* s);

namespace tflm {

inline DebugLogCallback& LogCallback() {
  static DebugLogCallback callback = nullptr;
  return callback;
}

}  // namespace tflm

// Null: nowhere, as before the first call.
inline void RegisterDebugLogCallback(DebugLogCallback callback) { tflm::LogCallback() = callback; }

// Of a message 255 characters at most.
extern "C" __attribute__((weak)) void DebugLog(const char* format, va_list args) {
  if (tflm::LogCallback()) {
    char text[256];
    DebugVsnprintf(text, sizeof(text), format, args);
    tflm::LogCallback()(text);
    tflm::LogCallback()("\r\n");
  }
}

#endif  // TENSORFLOW_LITE_MICRO_DEBUG_LOG_CALLBACK_H_
