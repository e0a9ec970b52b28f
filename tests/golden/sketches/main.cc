// What an Arduino core does for a sketch, and a clock. Each sketch has setup and loop, and gives in
// loop an answer of 0 where it is content.

#include <cstdarg>
#include <cstdio>

#include "sketch.h"
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

int g_answer = 99;

int main() {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);  // all that was said before a sanitizer ends it
  setup();
  loop();
  return g_answer;
}
