// How a custom op says what is wrong, whichever way it is called: custom.cc, custom_call.cc.

#ifndef TENSORFLOW_LITE_MICRO_KERNELS_CUSTOM_ERROR_H_
#define TENSORFLOW_LITE_MICRO_KERNELS_CUSTOM_ERROR_H_

#include "tensorflow/lite/c/common.h"
#include "tensorflow/lite/micro/micro_log.h"

namespace tflm {

// TfLiteContext::ReportError.
inline void ReportError(TfLiteContext*, const char* format, ...) {
#if !defined(TF_LITE_STRIP_ERROR_STRINGS)
  va_list args;
  va_start(args, format);
  VMicroPrintf(format, args);
  va_end(args);
#else
  static_cast<void>(format);
#endif
}

}  // namespace tflm

#endif  // TENSORFLOW_LITE_MICRO_KERNELS_CUSTOM_ERROR_H_
