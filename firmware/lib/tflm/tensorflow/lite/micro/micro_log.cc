#include "tensorflow/lite/micro/micro_log.h"

#if !defined(TF_LITE_STRIP_ERROR_STRINGS)
#include "tensorflow/lite/micro/debug_log.h"

void VMicroPrintf(const char* format, va_list args) { DebugLog(format, args); }

void MicroPrintf(const char* format, ...) {
  va_list args;
  va_start(args, format);
  VMicroPrintf(format, args);
  va_end(args);
}
#endif
