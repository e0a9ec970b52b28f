// What sketches of before 2022 say errors through.

#ifndef TENSORFLOW_LITE_CORE_API_ERROR_REPORTER_H_
#define TENSORFLOW_LITE_CORE_API_ERROR_REPORTER_H_

#include <stdarg.h>

namespace tflite {

class ErrorReporter {
 public:
  // Reporters are never made with new; without this the destructor would link the heap.
  static void operator delete(void*) {}
  virtual ~ErrorReporter() {}
  virtual int Report(const char* format, va_list args) = 0;
  int Report(const char* format, ...) {
    va_list args;
    va_start(args, format);
    const int status = Report(format, args);
    va_end(args);
    return status;
  }
};

}  // namespace tflite

#if defined(TF_LITE_STRIP_ERROR_STRINGS)
#define TF_LITE_REPORT_ERROR(reporter, ...) static_cast<void>(reporter)
#else
#define TF_LITE_REPORT_ERROR(reporter, ...)                               \
  do {                                                                    \
    static_cast<::tflite::ErrorReporter*>(reporter)->Report(__VA_ARGS__); \
  } while (false)
#endif

#endif  // TENSORFLOW_LITE_CORE_API_ERROR_REPORTER_H_
