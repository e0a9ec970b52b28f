// One arena that counts what is asked of it for good.

#ifndef TENSORFLOW_LITE_MICRO_ARENA_ALLOCATOR_RECORDING_SINGLE_ARENA_BUFFER_ALLOCATOR_H_
#define TENSORFLOW_LITE_MICRO_ARENA_ALLOCATOR_RECORDING_SINGLE_ARENA_BUFFER_ALLOCATOR_H_

#include "tensorflow/lite/micro/arena_allocator/single_arena_buffer_allocator.h"

namespace tflite {

class RecordingSingleArenaBufferAllocator : public SingleArenaBufferAllocator {
 public:
  RecordingSingleArenaBufferAllocator(uint8_t* buffer_head, size_t buffer_size)
      : SingleArenaBufferAllocator(buffer_head, buffer_size) {}
  static RecordingSingleArenaBufferAllocator* Create(uint8_t* buffer_head, size_t buffer_size) {
    return CreateAs<RecordingSingleArenaBufferAllocator>(buffer_head, buffer_size);
  }

  uint8_t* AllocatePersistentBuffer(size_t size, size_t alignment) override {
    const size_t before = GetPersistentUsedBytes();
    uint8_t* const buffer = SingleArenaBufferAllocator::AllocatePersistentBuffer(size, alignment);
    if (buffer != nullptr) {
      requested_ += size;
      used_ += GetPersistentUsedBytes() - before;
      ++count_;
    }
    return buffer;
  }
  size_t GetRequestedBytes() const { return requested_; }
  size_t GetUsedBytes() const { return used_; }  // with what was skipped to align them
  size_t GetAllocatedCount() const { return count_; }

 private:
  friend class SingleArenaBufferAllocator;

  size_t requested_ = 0;
  size_t used_ = 0;
  size_t count_ = 0;
};

}  // namespace tflite

#endif  // TENSORFLOW_LITE_MICRO_ARENA_ALLOCATOR_RECORDING_SINGLE_ARENA_BUFFER_ALLOCATOR_H_
