// For applications that make the table of a model's variables, as upstream wants one
// (micro_resource_variable.h). Here the interpreter hands out the arena itself.

#ifndef TENSORFLOW_LITE_MICRO_MICRO_ALLOCATOR_H_
#define TENSORFLOW_LITE_MICRO_MICRO_ALLOCATOR_H_

#include <stddef.h>
#include <stdint.h>

namespace tflite {

class MicroAllocator {
 public:
  // Takes nothing of `tensor_arena`.
  static MicroAllocator* Create(uint8_t* /*tensor_arena*/, size_t /*arena_size*/) {
    static MicroAllocator allocator;
    return &allocator;
  }
};

}  // namespace tflite

#endif  // TENSORFLOW_LITE_MICRO_MICRO_ALLOCATOR_H_
