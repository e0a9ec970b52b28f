// Code that shares an arena out itself, in the manner of upstream's tests of its allocators.

#include "tensorflow/lite/micro/arena_allocator/persistent_arena_buffer_allocator.h"
#include "tensorflow/lite/micro/arena_allocator/recording_single_arena_buffer_allocator.h"
#include "tensorflow/lite/micro/memory_helpers.h"
#include "tensorflow/lite/micro/testing/micro_test.h"

TF_LITE_MICRO_TESTS_BEGIN

TF_LITE_MICRO_TEST(MultiplesOfAnAlignment) {
  uint8_t* const at = reinterpret_cast<uint8_t*>(0x1234);
  TF_LITE_MICRO_EXPECT(tflite::AlignPointerUp(at, 16) == reinterpret_cast<uint8_t*>(0x1240));
  TF_LITE_MICRO_EXPECT(tflite::AlignPointerDown(at, 16) == reinterpret_cast<uint8_t*>(0x1230));
  TF_LITE_MICRO_EXPECT(tflite::AlignPointerUp(at, 4) == at);
  TF_LITE_MICRO_EXPECT_EQ(tflite::AlignSizeUp(17, 16), static_cast<size_t>(32));
  TF_LITE_MICRO_EXPECT_EQ(tflite::AlignSizeUp<int16_t>(3), static_cast<size_t>(6));
}

TF_LITE_MICRO_TEST(ABufferFromTheStartIsResized) {
  alignas(16) uint8_t arena[1024];
  tflite::SingleArenaBufferAllocator allocator(arena, sizeof(arena));
  uint8_t* const buffer = allocator.AllocateResizableBuffer(10, 16);
  TF_LITE_MICRO_EXPECT(buffer == arena);
  TF_LITE_MICRO_EXPECT_EQ(allocator.GetNonPersistentUsedBytes(), static_cast<size_t>(10));
  TF_LITE_MICRO_EXPECT_EQ(allocator.ResizeBuffer(buffer, 100, 16), kTfLiteOk);
  TF_LITE_MICRO_EXPECT_EQ(allocator.GetUsedBytes(), static_cast<size_t>(100));
  TF_LITE_MICRO_EXPECT_EQ(allocator.ResizeBuffer(buffer + 16, 8, 16), kTfLiteError);
  TF_LITE_MICRO_EXPECT_EQ(allocator.ResizeBuffer(buffer, 1025, 16), kTfLiteError);
  TF_LITE_MICRO_EXPECT_EQ(allocator.DeallocateResizableBuffer(buffer), kTfLiteOk);
  TF_LITE_MICRO_EXPECT_EQ(allocator.GetUsedBytes(), static_cast<size_t>(0));
  TF_LITE_MICRO_EXPECT_EQ(allocator.ReserveNonPersistentOverlayMemory(40, 16), kTfLiteOk);
  TF_LITE_MICRO_EXPECT_EQ(allocator.ReserveNonPersistentOverlayMemory(24, 16), kTfLiteOk);
  TF_LITE_MICRO_EXPECT_EQ(allocator.GetNonPersistentUsedBytes(), static_cast<size_t>(40));
  TF_LITE_MICRO_EXPECT(allocator.GetOverlayMemoryAddress() == arena);
}

TF_LITE_MICRO_TEST(TemporaryBuffersAreGivenBack) {
  alignas(16) uint8_t arena[64];
  tflite::NonPersistentArenaBufferAllocator allocator(arena, sizeof(arena));
  uint8_t* const first = allocator.AllocateTemp(3, 1);
  uint8_t* const second = allocator.AllocateTemp(8, 8);
  TF_LITE_MICRO_EXPECT(first == arena && second == arena + 8);
  TF_LITE_MICRO_EXPECT_EQ(allocator.GetAvailableMemory(16), static_cast<size_t>(48));
  TF_LITE_MICRO_EXPECT(allocator.AllocateTemp(49, 1) == nullptr);
  TF_LITE_MICRO_EXPECT(allocator.AllocateResizableBuffer(1, 1) == nullptr);
  allocator.DeallocateTemp(first);
  TF_LITE_MICRO_EXPECT(!allocator.IsAllTempDeallocated());
  TF_LITE_MICRO_EXPECT_EQ(allocator.ResetTempAllocations(), kTfLiteError);
  allocator.DeallocateTemp(second);
  TF_LITE_MICRO_EXPECT(allocator.IsAllTempDeallocated());
  TF_LITE_MICRO_EXPECT_EQ(allocator.ResetTempAllocations(), kTfLiteOk);
  TF_LITE_MICRO_EXPECT(allocator.AllocateTemp(64, 1) == arena);
}

TF_LITE_MICRO_TEST(WhatStaysIsTakenFromTheEnd) {
  alignas(16) uint8_t arena[64];
  tflite::PersistentArenaBufferAllocator persistent(arena, sizeof(arena));
  TF_LITE_MICRO_EXPECT(persistent.AllocatePersistentBuffer(10, 16) == arena + 48);
  TF_LITE_MICRO_EXPECT_EQ(persistent.GetPersistentUsedBytes(), static_cast<size_t>(16));
  TF_LITE_MICRO_EXPECT(persistent.AllocatePersistentBuffer(49, 1) == nullptr);
  tflite::SingleArenaBufferAllocator both(arena, arena + sizeof(arena));
  TF_LITE_MICRO_EXPECT(both.AllocateResizableBuffer(40, 1) == arena);
  TF_LITE_MICRO_EXPECT(both.AllocatePersistentBuffer(20, 8) == arena + 40);
  TF_LITE_MICRO_EXPECT(both.AllocatePersistentBuffer(1, 1) == nullptr);
  TF_LITE_MICRO_EXPECT_EQ(both.GetUsedBytes(), sizeof(arena));
}

TF_LITE_MICRO_TEST(AnAllocatorStandsInItsOwnArena) {
  alignas(16) uint8_t arena[512];
  auto* const allocator = tflite::RecordingSingleArenaBufferAllocator::Create(arena, sizeof(arena));
  TF_LITE_MICRO_EXPECT(allocator != nullptr);
  TF_LITE_MICRO_EXPECT_EQ(allocator->GetRequestedBytes(), static_cast<size_t>(0));
  uint8_t* const buffer = allocator->AllocatePersistentBuffer(9, 8);
  TF_LITE_MICRO_EXPECT(buffer != nullptr && buffer < reinterpret_cast<uint8_t*>(allocator));
  TF_LITE_MICRO_EXPECT_EQ(allocator->GetRequestedBytes(), static_cast<size_t>(9));
  TF_LITE_MICRO_EXPECT_EQ(allocator->GetUsedBytes(), static_cast<size_t>(16));
  TF_LITE_MICRO_EXPECT_EQ(allocator->GetAllocatedCount(), static_cast<size_t>(1));
  TF_LITE_MICRO_EXPECT(tflite::SingleArenaBufferAllocator::Create(arena, 8) == nullptr);
}

TF_LITE_MICRO_TESTS_END
