// An arena's memory from its start up.

#ifndef TENSORFLOW_LITE_MICRO_ARENA_ALLOCATOR_NON_PERSISTENT_ARENA_BUFFER_ALLOCATOR_H_
#define TENSORFLOW_LITE_MICRO_ARENA_ALLOCATOR_NON_PERSISTENT_ARENA_BUFFER_ALLOCATOR_H_

#include "tensorflow/lite/micro/arena_allocator/ibuffer_allocator.h"
#include "tensorflow/lite/micro/memory_helpers.h"

namespace tflite {

class NonPersistentArenaBufferAllocator : public INonPersistentBufferAllocator {
 public:
  NonPersistentArenaBufferAllocator(uint8_t* buffer, size_t buffer_size)
      : start_(buffer), end_(buffer + buffer_size), head_(buffer), next_(buffer) {}
  NonPersistentArenaBufferAllocator(const NonPersistentArenaBufferAllocator&) = delete;
  NonPersistentArenaBufferAllocator& operator=(const NonPersistentArenaBufferAllocator&) = delete;

  uint8_t* AllocateTemp(size_t size, size_t alignment) override {
    uint8_t* const buffer = AlignPointerUp(next_, alignment);
    if (!Fits(buffer, size)) {
      return nullptr;
    }
    next_ = buffer + size;
    ++temporary_;
    given_ ^= reinterpret_cast<uintptr_t>(buffer);
    return buffer;
  }
  void DeallocateTemp(uint8_t* buffer) override {
    --temporary_;
    given_ ^= reinterpret_cast<uintptr_t>(buffer);
  }
  bool IsAllTempDeallocated() override { return temporary_ == 0 && given_ == 0; }
  TfLiteStatus ResetTempAllocations() override {
    if (!IsAllTempDeallocated()) {
      return kTfLiteError;
    }
    next_ = head_;
    return kTfLiteOk;
  }
  uint8_t* AllocateResizableBuffer(size_t size, size_t alignment) override {
    uint8_t* const buffer = AlignPointerUp(start_, alignment);
    return ResizeBuffer(buffer, size, alignment) == kTfLiteOk ? buffer : nullptr;
  }
  TfLiteStatus ResizeBuffer(uint8_t* buffer, size_t size, size_t alignment) override {
    if (next_ != head_ || buffer != AlignPointerUp(start_, alignment) || !Fits(buffer, size)) {
      return kTfLiteError;
    }
    next_ = head_ = buffer + size;
    return kTfLiteOk;
  }
  TfLiteStatus DeallocateResizableBuffer(uint8_t* buffer) override {
    return ResizeBuffer(buffer, 0, 1);
  }
  TfLiteStatus ReserveNonPersistentOverlayMemory(size_t size, size_t alignment) override {
    uint8_t* const buffer = AlignPointerUp(start_, alignment);
    if (next_ != head_ || !Fits(buffer, size)) {
      return kTfLiteError;
    }
    head_ = head_ > buffer + size ? head_ : buffer + size;
    next_ = head_;
    return kTfLiteOk;
  }
  uint8_t* GetOverlayMemoryAddress() const override { return start_; }
  size_t GetNonPersistentUsedBytes() const override {
    return static_cast<size_t>((next_ > head_ ? next_ : head_) - start_);
  }
  size_t GetAvailableMemory(size_t alignment) const override {
    uint8_t* const from = AlignPointerUp(next_, alignment);
    uint8_t* const to = AlignPointerDown(end_, alignment);
    return to > from ? static_cast<size_t>(to - from) : 0;
  }

 protected:
  // Gives the end away; false where that is used already.
  bool EndAt(uint8_t* end) {
    const bool is_free = end >= next_ && end <= end_;
    end_ = is_free ? end : end_;
    return is_free;
  }
  uint8_t* start() const { return start_; }
  uint8_t* end() const { return end_; }

 private:
  bool Fits(const uint8_t* buffer, size_t size) const {
    return buffer <= end_ && size <= static_cast<size_t>(end_ - buffer);
  }

  uint8_t* const start_;
  uint8_t* end_;
  uint8_t* head_;        // behind the buffer that can be resized
  uint8_t* next_;        // behind the temporary ones
  int temporary_ = 0;    // that were not given back
  uintptr_t given_ = 0;  // their addresses' bits, so that another's is no one's of them
};

}  // namespace tflite

#endif  // TENSORFLOW_LITE_MICRO_ARENA_ALLOCATOR_NON_PERSISTENT_ARENA_BUFFER_ALLOCATOR_H_
