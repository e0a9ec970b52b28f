// MicroPrintf, the runtime's way to say what went wrong. With TF_LITE_STRIP_ERROR_STRINGS it and
// its strings vanish.

#ifndef TENSORFLOW_LITE_MICRO_MICRO_LOG_H_
#define TENSORFLOW_LITE_MICRO_MICRO_LOG_H_

#include <stdarg.h>
#include <stddef.h>

// As DebugVsnprintf of debug_log.h has it.
int MicroSnprintf(char* buffer, size_t buf_size, const char* format, ...);
int MicroVsnprintf(char* buffer, size_t buf_size, const char* format, va_list args);

#if !defined(TF_LITE_STRIP_ERROR_STRINGS)
// The compiler holds the runtime's own arguments against their formats. Sketches have "%d" for an
// int32_t, which is a long on Arm, and "" for an empty line, and those are fine.
#if defined(MCUFORGE_CHECKS_FORMATS)
__attribute__((format(printf, 1, 2)))
#endif
void MicroPrintf(const char* format, ...);
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
