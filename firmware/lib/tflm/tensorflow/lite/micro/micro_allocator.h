// An arena that is handed to interpreters by way of an allocator, as upstream allows: each takes
// what it needs of what is left when it allocates its tensors, and keeps it.

#ifndef TENSORFLOW_LITE_MICRO_MICRO_ALLOCATOR_H_
#define TENSORFLOW_LITE_MICRO_MICRO_ALLOCATOR_H_

#include <stddef.h>
#include <stdint.h>

#include <new>
#include <type_traits>

#include "tensorflow/lite/core/api/error_reporter.h"
#include "tensorflow/lite/micro/memory_planner/micro_memory_planner.h"

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
  // Upstream keeps what stays in the one arena and tensors in the other. Here all of it is in the
  // larger one.
  static MicroAllocator* Create(uint8_t* persistent_arena, size_t persistent_size,
                                uint8_t* tensor_arena, size_t tensor_size,
                                MemoryPlannerType = MemoryPlannerType::kGreedy) {
    return persistent_size > tensor_size ? Create(persistent_arena, persistent_size)
                                         : Create(tensor_arena, tensor_size);
  }
  // With a planner: the interpreter's own plans all the same. A template, so that a nullptr is
  // none.
  template <class Planner,
            class = std::enable_if_t<std::is_convertible<Planner*, MicroMemoryPlanner*>::value>>
  static MicroAllocator* Create(uint8_t* tensor_arena, size_t arena_size, Planner*) {
    return Create(tensor_arena, arena_size);
  }
  // With a reporter, as sketches of before 2022 have it.
  static MicroAllocator* Create(uint8_t* tensor_arena, size_t arena_size, ErrorReporter*) {
    return Create(tensor_arena, arena_size);
  }

  // What is left.
  uint8_t* arena() const { return arena_; }
  size_t arena_bytes() const { return arena_bytes_; }
  // For the application's own use; null where so much is not left.
  void* AllocatePersistentBuffer(size_t bytes) {
    void* const memory = bytes <= arena_bytes_ ? arena_ : nullptr;
    Take(memory ? bytes : 0);
    return memory;
  }
  // Of the aligned arena, with this.
  size_t used_bytes() const { return kOwnBytes + taken_; }
  // An interpreter's, from the start of what is left.
  void Take(size_t bytes) {
    const size_t aligned = (bytes + 15) / 16 * 16;
    const size_t all = aligned < arena_bytes_ ? aligned : arena_bytes_;
    arena_ += all;
    arena_bytes_ -= all;
    taken_ += all;
  }

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

  uint8_t* arena_;
  size_t arena_bytes_;
  size_t taken_ = 0;
};

}  // namespace tflite

#endif  // TENSORFLOW_LITE_MICRO_MICRO_ALLOCATOR_H_
