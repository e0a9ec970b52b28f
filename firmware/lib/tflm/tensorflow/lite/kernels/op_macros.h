// How a kernel ends the program.

#ifndef TENSORFLOW_LITE_KERNELS_OP_MACROS_H_
#define TENSORFLOW_LITE_KERNELS_OP_MACROS_H_

#include "tensorflow/lite/micro/micro_log.h"

namespace tflite {

[[noreturn]] inline void AbortImpl() {
  while (true) {
    __builtin_trap();
  }
}

}  // namespace tflite

#define TFLITE_ABORT ::tflite::AbortImpl()
#define TF_LITE_FATAL(msg)  \
  do {                      \
    MicroPrintf("%s", msg); \
    TFLITE_ABORT;           \
  } while (false)
#define TF_LITE_ASSERT(x)        \
  do {                           \
    if (!(x)) TF_LITE_FATAL(#x); \
  } while (false)
#define TF_LITE_ASSERT_EQ(x, y)                      \
  do {                                               \
    if ((x) != (y)) TF_LITE_FATAL(#x " is not " #y); \
  } while (false)

#endif  // TENSORFLOW_LITE_KERNELS_OP_MACROS_H_
