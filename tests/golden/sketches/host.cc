// Where messages go, and a clock.

#include <cstdarg>
#include <cstdio>

#include "tensorflow/lite/micro/debug_log.h"
#include "tensorflow/lite/micro/micro_time.h"

extern "C" void DebugLog(const char* format, va_list args) {
  char text[300];
  DebugVsnprintf(text, sizeof(text), format, args);
  std::printf("%s\n", text);
}

namespace tflite {
uint32_t ticks_per_second() { return 1000; }
uint32_t GetCurrentTimeTicks() {
  static uint32_t now = 0;
  return now += 10;
}
}  // namespace tflite
