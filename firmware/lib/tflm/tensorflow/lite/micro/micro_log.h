// MicroPrintf, the runtime's way to say what went wrong. With TF_LITE_STRIP_ERROR_STRINGS it and
// its strings vanish.

#ifndef TENSORFLOW_LITE_MICRO_MICRO_LOG_H_
#define TENSORFLOW_LITE_MICRO_MICRO_LOG_H_

#if !defined(TF_LITE_STRIP_ERROR_STRINGS)
#include <stdarg.h>

void MicroPrintf(const char* format, ...) __attribute__((format(printf, 1, 2)));
void VMicroPrintf(const char* format, va_list args);
#else
#define MicroPrintf(...) tflite::Unused(__VA_ARGS__)
#define VMicroPrintf(...) tflite::Unused(__VA_ARGS__)
namespace tflite {
template <typename... Args>
inline void Unused(Args&&...) {}
}  // namespace tflite
#endif

#endif  // TENSORFLOW_LITE_MICRO_MICRO_LOG_H_
