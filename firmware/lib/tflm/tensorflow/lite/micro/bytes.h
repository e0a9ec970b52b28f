// Copying and filling for what the runtime does seldom or with little: newlib's memcpy and memset,
// made for speed, are as long as a kernel (236 and 160 bytes on Armv7-M).

#ifndef TENSORFLOW_LITE_MICRO_BYTES_H_
#define TENSORFLOW_LITE_MICRO_BYTES_H_

#include <stdint.h>

namespace tflm {

// By words where both are aligned. They do not overlap.
void CopyBytes(void* to, const void* from, uint32_t bytes);

void FillBytes(void* to, uint8_t value, uint32_t bytes);

}  // namespace tflm

#endif  // TENSORFLOW_LITE_MICRO_BYTES_H_
