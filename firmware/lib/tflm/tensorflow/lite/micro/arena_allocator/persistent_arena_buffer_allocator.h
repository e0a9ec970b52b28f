// An arena's memory from its end down.

#ifndef TENSORFLOW_LITE_MICRO_ARENA_ALLOCATOR_PERSISTENT_ARENA_BUFFER_ALLOCATOR_H_
#define TENSORFLOW_LITE_MICRO_ARENA_ALLOCATOR_PERSISTENT_ARENA_BUFFER_ALLOCATOR_H_

#include "tensorflow/lite/micro/arena_allocator/ibuffer_allocator.h"
#include "tensorflow/lite/micro/memory_helpers.h"

namespace tflite {

class PersistentArenaBufferAllocator : public IPersistentBufferAllocator {
 public:
  PersistentArenaBufferAllocator(uint8_t* buffer, size_t buffer_size)
      : start_(buffer), end_(buffer + buffer_size), tail_(end_) {}
  PersistentArenaBufferAllocator(const PersistentArenaBufferAllocator&) = delete;
  PersistentArenaBufferAllocator& operator=(const PersistentArenaBufferAllocator&) = delete;

  uint8_t* AllocatePersistentBuffer(size_t size, size_t alignment) override {
    if (size > static_cast<size_t>(tail_ - start_)) {
      return nullptr;
    }
    uint8_t* const buffer = AlignPointerDown(tail_ - size, alignment);
    if (buffer < start_) {
      return nullptr;
    }
    tail_ = buffer;
    return buffer;
  }
  size_t GetPersistentUsedBytes() const override { return static_cast<size_t>(end_ - tail_); }

 private:
  uint8_t* const start_;
  uint8_t* const end_;
  uint8_t* tail_;
};

}  // namespace tflite

#endif  // TENSORFLOW_LITE_MICRO_ARENA_ALLOCATOR_PERSISTENT_ARENA_BUFFER_ALLOCATOR_H_
