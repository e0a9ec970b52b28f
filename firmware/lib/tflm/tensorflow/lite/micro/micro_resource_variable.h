// Variables live in the interpreter's arena by themselves; this stands for applications that make
// room for them.

#ifndef TENSORFLOW_LITE_MICRO_MICRO_RESOURCE_VARIABLE_H_
#define TENSORFLOW_LITE_MICRO_MICRO_RESOURCE_VARIABLE_H_

#include "tensorflow/lite/micro/micro_allocator.h"

namespace tflite {

class MicroResourceVariables {
 public:
  static MicroResourceVariables* Create(MicroAllocator*, int) {
    static MicroResourceVariables variables;
    return &variables;
  }
};

}  // namespace tflite

#endif  // TENSORFLOW_LITE_MICRO_MICRO_RESOURCE_VARIABLE_H_
