// A reporter that says everything through MicroPrintf's way out.

#ifndef TENSORFLOW_LITE_MICRO_MICRO_ERROR_REPORTER_H_
#define TENSORFLOW_LITE_MICRO_MICRO_ERROR_REPORTER_H_

#include "tensorflow/lite/core/api/error_reporter.h"
#include "tensorflow/lite/micro/micro_log.h"

namespace tflite {

class MicroErrorReporter : public ErrorReporter {
 public:
  using ErrorReporter::Report;
  int Report(const char* format, va_list args) override {
    VMicroPrintf(format, args);
    return 0;
  }
};

inline ErrorReporter* GetMicroErrorReporter() {
  static MicroErrorReporter reporter;
  return &reporter;
}

}  // namespace tflite

#endif  // TENSORFLOW_LITE_MICRO_MICRO_ERROR_REPORTER_H_
