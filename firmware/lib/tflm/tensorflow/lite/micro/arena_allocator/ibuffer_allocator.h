// What upstream's allocators of an arena have in common. The interpreter here needs none of them:
// they are for code that shares its arena out itself. All of it is in these headers.

#ifndef TENSORFLOW_LITE_MICRO_ARENA_ALLOCATOR_IBUFFER_ALLOCATOR_H_
#define TENSORFLOW_LITE_MICRO_ARENA_ALLOCATOR_IBUFFER_ALLOCATOR_H_

#include <stddef.h>
#include <stdint.h>

#include "tensorflow/lite/c/common.h"

namespace tflite {

// From an arena's start up: one buffer that can be resized, and temporary ones behind it. Nothing
// is null but what there is no room for.
class INonPersistentBufferAllocator {
 public:
  virtual uint8_t* AllocateTemp(size_t size, size_t alignment) = 0;
  virtual void DeallocateTemp(uint8_t* buffer) = 0;
  virtual bool IsAllTempDeallocated() = 0;
  // kTfLiteError unless all were given back.
  virtual TfLiteStatus ResetTempAllocations() = 0;
  virtual uint8_t* AllocateResizableBuffer(size_t size, size_t alignment) = 0;
  // kTfLiteError for another buffer, where there is no room, and while temporary ones stand behind.
  virtual TfLiteStatus ResizeBuffer(uint8_t* buffer, size_t size, size_t alignment) = 0;
  virtual TfLiteStatus DeallocateResizableBuffer(uint8_t* buffer) = 0;
  // At the arena's start, over what lies there.
  virtual TfLiteStatus ReserveNonPersistentOverlayMemory(size_t size, size_t alignment) = 0;
  virtual uint8_t* GetOverlayMemoryAddress() const = 0;
  virtual size_t GetNonPersistentUsedBytes() const = 0;
  virtual size_t GetAvailableMemory(size_t alignment) const = 0;

 protected:
  ~INonPersistentBufferAllocator() = default;
};

// From an arena's end down, for good.
class IPersistentBufferAllocator {
 public:
  virtual uint8_t* AllocatePersistentBuffer(size_t size, size_t alignment) = 0;
  virtual size_t GetPersistentUsedBytes() const = 0;

 protected:
  ~IPersistentBufferAllocator() = default;
};

}  // namespace tflite

#endif  // TENSORFLOW_LITE_MICRO_ARENA_ALLOCATOR_IBUFFER_ALLOCATOR_H_
