#include "tensorflow/lite/micro/micro_log.h"

#include "tensorflow/lite/micro/debug_log.h"

int MicroVsnprintf(char* buffer, size_t buf_size, const char* format, va_list args) {
  return DebugVsnprintf(buffer, buf_size, format, args);
}

int MicroSnprintf(char* buffer, size_t buf_size, const char* format, ...) {
  va_list args;
  va_start(args, format);
  const int length = MicroVsnprintf(buffer, buf_size, format, args);
  va_end(args);
  return length;
}

#if !defined(TF_LITE_STRIP_ERROR_STRINGS)
void VMicroPrintf(const char* format, va_list args) { DebugLog(format, args); }

void MicroPrintf(const char* format, ...) {
  va_list args;
  va_start(args, format);
  VMicroPrintf(format, args);
  va_end(args);
}
#endif
