// The table of a model's variables, which upstream's interpreter wants. Here variables live in the
// arena by themselves; the class stands for applications that make the table, as upstream's do.

#ifndef TENSORFLOW_LITE_MICRO_MICRO_RESOURCE_VARIABLE_H_
#define TENSORFLOW_LITE_MICRO_MICRO_RESOURCE_VARIABLE_H_

#include "tensorflow/lite/micro/micro_allocator.h"

namespace tflite {

class MicroResourceVariables {
 public:
  static MicroResourceVariables* Create(MicroAllocator* /*allocator*/, int /*num_variables*/) {
    static MicroResourceVariables variables;
    return &variables;
  }
};

}  // namespace tflite

#endif  // TENSORFLOW_LITE_MICRO_MICRO_RESOURCE_VARIABLE_H_
