// Another scale and zero point: QUANTIZE between integers, RELU, ABS.

#ifndef MCUFORGE_NN_REQUANTIZE_S8_H_
#define MCUFORGE_NN_REQUANTIZE_S8_H_

#include "nn/requantize.h"

namespace nn {

// A uint8 u is the int8 u ^ 0x80 with a zero point 128 lower.
struct RequantizeParams {
  Requant requant;
  int8_t in_zero_point, out_zero_point;
  int8_t out_min, out_max;
  uint8_t in_flip, out_flip;  // 0x80 where the elements are uint8, else 0
};

// output may be the input's buffer.
void RequantizeS8(const RequantizeParams& params, uint32_t count, const int8_t* input,
                  int8_t* output);

// The same of each element's magnitude, all of them int8.
void AbsS8(const RequantizeParams& params, uint32_t count, const int8_t* input, int8_t* output);

// Between elements of 1, 2 and 4 bytes, all signed. Zero points are in the type's range.
struct RequantizeWideParams {
  Requant requant;
  uint32_t count;
  int32_t in_zero_point, out_zero_point;
  uint8_t in_bytes, out_bytes;
};

// Buffers are aligned to their elements. output may be the input's buffer unless its elements are
// larger.
void RequantizeWide(const RequantizeWideParams& params, const void* input, void* output);

}  // namespace nn

#endif  // MCUFORGE_NN_REQUANTIZE_S8_H_
