// One arena from both of its ends.

#ifndef TENSORFLOW_LITE_MICRO_ARENA_ALLOCATOR_SINGLE_ARENA_BUFFER_ALLOCATOR_H_
#define TENSORFLOW_LITE_MICRO_ARENA_ALLOCATOR_SINGLE_ARENA_BUFFER_ALLOCATOR_H_

#include <new>

#include "tensorflow/lite/micro/arena_allocator/non_persistent_arena_buffer_allocator.h"

namespace tflite {

class SingleArenaBufferAllocator : public NonPersistentArenaBufferAllocator,
                                   public IPersistentBufferAllocator {
 public:
  SingleArenaBufferAllocator(uint8_t* buffer, size_t buffer_size)
      : NonPersistentArenaBufferAllocator(buffer, buffer_size), last_(buffer + buffer_size) {}
  SingleArenaBufferAllocator(uint8_t* buffer_head, uint8_t* buffer_tail)
      : SingleArenaBufferAllocator(buffer_head, static_cast<size_t>(buffer_tail - buffer_head)) {}
  // Stands at the buffer's end itself; null where there is no room for it.
  static SingleArenaBufferAllocator* Create(uint8_t* buffer_head, size_t buffer_size) {
    return CreateAs<SingleArenaBufferAllocator>(buffer_head, buffer_size);
  }

  uint8_t* AllocatePersistentBuffer(size_t size, size_t alignment) override {
    if (size > static_cast<size_t>(end() - start())) {
      return nullptr;
    }
    uint8_t* const buffer = AlignPointerDown(end() - size, alignment);
    return EndAt(buffer) ? buffer : nullptr;
  }
  size_t GetPersistentUsedBytes() const override { return static_cast<size_t>(last_ - end()); }
  size_t GetUsedBytes() const { return GetPersistentUsedBytes() + GetNonPersistentUsedBytes(); }

 protected:
  template <class Allocator>
  static Allocator* CreateAs(uint8_t* buffer, size_t buffer_size) {
    Allocator whole(buffer, buffer_size);
    const size_t size = sizeof(Allocator);
    uint8_t* const place =
        whole.SingleArenaBufferAllocator::AllocatePersistentBuffer(size, alignof(Allocator));
    if (place == nullptr) {
      return nullptr;
    }
    Allocator* const made = new (place) Allocator(buffer, buffer_size);
    made->EndAt(place);
    return made;
  }

 private:
  uint8_t* const last_;
};

}  // namespace tflite

#endif  // TENSORFLOW_LITE_MICRO_ARENA_ALLOCATOR_SINGLE_ARENA_BUFFER_ALLOCATOR_H_
