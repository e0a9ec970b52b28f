#ifndef TENSORFLOW_LITE_MICRO_DEBUG_LOG_H_
#define TENSORFLOW_LITE_MICRO_DEBUG_LOG_H_

#include <cstdarg>
#include <cstddef>

extern "C" {
void DebugLog(const char* format, va_list args);
int DebugVsnprintf(char* buffer, size_t size, const char* format, va_list args);
}

#endif  // TENSORFLOW_LITE_MICRO_DEBUG_LOG_H_
