// Numbers that an op keeps from one inference to the next, in the arena. How many they are is
// known when the op's tensors are, so they are allocated behind its state.

#ifndef CUSTOM_OPS_SIGNAL_HISTORY_H_
#define CUSTOM_OPS_SIGNAL_HISTORY_H_

#include <cstdint>

#include "tensorflow/lite/c/common.h"

namespace custom_ops {

// A part of the op's state: no pointer, so that the arena is the same on every machine.
template <typename T>
class HistoryOf {
 public:
  // False where the arena is full, which was said. `count`: 0 to 2^24.
  bool Allocate(TfLiteContext* context, int32_t count) {
    void* const memory = context->AllocatePersistentBuffer(
        context, sizeof(T) * static_cast<uint32_t>(count ? count : 1));
    count_ = count;
    distance_ = static_cast<int32_t>(static_cast<uint8_t*>(memory) - This());
    if (memory) Clear();
    return memory != nullptr;
  }

  T* numbers() { return reinterpret_cast<T*>(This() + distance_); }

  void Clear() {
    for (int32_t i = 0; i < count_; ++i) numbers()[i] = 0;
  }

 private:
  uint8_t* This() { return reinterpret_cast<uint8_t*>(this); }

  int32_t distance_ = 0;  // from here, bytes
  int32_t count_ = 0;
};
using History = HistoryOf<int16_t>;

// The most numbers that a history holds, and an option that says how many.
constexpr int32_t kMostHeld = 1 << 24;

// Moves `count` numbers from `from` to `to`, which may be before it in the same buffer.
template <typename T>
inline void MoveDown(const T* from, int32_t count, T* to) {
  for (int32_t i = 0; i < count; ++i) to[i] = from[i];
}

}  // namespace custom_ops

#endif  // CUSTOM_OPS_SIGNAL_HISTORY_H_
