// The clock of the profiler. The application gives both functions.

#ifndef TENSORFLOW_LITE_MICRO_MICRO_TIME_H_
#define TENSORFLOW_LITE_MICRO_MICRO_TIME_H_

#include <stdint.h>

namespace tflite {

uint32_t ticks_per_second();
uint32_t GetCurrentTimeTicks();

// 0 where there is no clock.
inline uint32_t TicksToMs(int32_t ticks) {
  const uint32_t per_second = ticks_per_second();
  return per_second == 0 ? 0 : static_cast<uint32_t>(int64_t{1000} * ticks / per_second);
}

}  // namespace tflite

#endif  // TENSORFLOW_LITE_MICRO_MICRO_TIME_H_
