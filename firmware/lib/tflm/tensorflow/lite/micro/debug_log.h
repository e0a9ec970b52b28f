// Where the runtime's messages go. The application defines DebugLog; the runtime only calls it.

#ifndef TENSORFLOW_LITE_MICRO_DEBUG_LOG_H_
#define TENSORFLOW_LITE_MICRO_DEBUG_LOG_H_

#include <stdarg.h>
#include <stddef.h>

extern "C" {

// Takes one message. Given by the application (or, with upstream TFLM, by its port).
void DebugLog(const char* format, va_list args);

// A small vsnprintf without libc: %s %d %i %u %x %c %%, 'l' and 'z' lengths ignored (32-bit
// values). Always ends with a 0 when buf_size > 0. Returns how many characters were written, the 0
// not counted.
int DebugVsnprintf(char* buffer, size_t buf_size, const char* format, va_list vlist);

}  // extern "C"

#endif  // TENSORFLOW_LITE_MICRO_DEBUG_LOG_H_
