// An arena that is handed to the interpreter by way of an allocator, as upstream allows.

#ifndef TENSORFLOW_LITE_MICRO_MICRO_ALLOCATOR_H_
#define TENSORFLOW_LITE_MICRO_MICRO_ALLOCATOR_H_

#include <stddef.h>
#include <stdint.h>

#include <new>

#include "tensorflow/lite/core/api/error_reporter.h"

namespace tflite {

// By which planner upstream lays tensors out; here there is one for all.
enum class MemoryPlannerType { kGreedy, kLinear };

class MicroAllocator {
 public:
  // Stands at the arena's start; the rest is the interpreter's. Null where the arena is too small.
  static MicroAllocator* Create(uint8_t* tensor_arena, size_t arena_size,
                                MemoryPlannerType = MemoryPlannerType::kGreedy) {
    return CreateAs<MicroAllocator>(tensor_arena, arena_size);
  }
  // With a reporter, as sketches of before 2022 have it.
  static MicroAllocator* Create(uint8_t* tensor_arena, size_t arena_size, ErrorReporter*) {
    return Create(tensor_arena, arena_size);
  }

  uint8_t* arena() const { return arena_; }
  size_t arena_bytes() const { return arena_bytes_; }

 protected:
  template <class Allocator>
  static Allocator* CreateAs(uint8_t* tensor_arena, size_t arena_size) {
    static_assert(sizeof(Allocator) <= kOwnBytes && alignof(Allocator) <= 16, "the room for it");
    const size_t skipped = (16 - reinterpret_cast<uintptr_t>(tensor_arena) % 16) % 16;
    if (tensor_arena == nullptr || arena_size < skipped + kOwnBytes) {
      return nullptr;
    }
    return new (tensor_arena + skipped)
        Allocator(tensor_arena + skipped + kOwnBytes, arena_size - skipped - kOwnBytes);
  }

  MicroAllocator(uint8_t* arena, size_t arena_bytes) : arena_(arena), arena_bytes_(arena_bytes) {}

 private:
  static constexpr size_t kOwnBytes = 32;

  uint8_t* const arena_;
  const size_t arena_bytes_;
};

}  // namespace tflite

#endif  // TENSORFLOW_LITE_MICRO_MICRO_ALLOCATOR_H_
