// Where the runtime's messages go. The application defines DebugLog; the runtime only calls it.

#ifndef TENSORFLOW_LITE_MICRO_DEBUG_LOG_H_
#define TENSORFLOW_LITE_MICRO_DEBUG_LOG_H_

#include <stdarg.h>
#include <stddef.h>

extern "C" {

// Takes one message. Given by the application (or, with upstream TFLM, by its port).
void DebugLog(const char* format, va_list args);

// A small vsnprintf without libc and without floating-point arithmetic: %s %d %i %u %x %X %o %p %c
// %f %%, with width, precision, '-', '0', '+' and ' ', integers of up to 64 bits ("%llu", "%zu").
// Every argument is consumed, whatever its specifier; of floats 6 decimals at most are shown, and
// the form of %f for %e, %g and %a, too. Always ends with a 0 when buf_size > 0. Returns how many
// characters were written, the 0 not counted.
int DebugVsnprintf(char* buffer, size_t buf_size, const char* format, va_list vlist);

}  // extern "C"

#endif  // TENSORFLOW_LITE_MICRO_DEBUG_LOG_H_
