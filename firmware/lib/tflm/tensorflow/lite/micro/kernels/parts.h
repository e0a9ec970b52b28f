// What the ops share that lay tensors side by side along an axis, or take one apart so: PACK,
// CONCATENATION, UNPACK, SPLIT, SPLIT_V.

#ifndef TENSORFLOW_LITE_MICRO_KERNELS_PARTS_H_
#define TENSORFLOW_LITE_MICRO_KERNELS_PARTS_H_

#include "tensorflow/lite/micro/op.h"

namespace tflm {

// Whether the parts have the axis along which they lie (CONCATENATION) or not (PACK).
enum class PartsAxis { kKept, kNew };

// The constant int32 in input `i`. False, with a message, if it is none.
bool ReadAxis(OpContext& context, uint32_t i, int32_t* axis);

// Validates input 0 and on as the parts of output 0, or outputs as the parts of input
// `whole_input`, and keeps what the functions below need. A negative `axis` counts from the last.
TfLiteStatus PrepareJoin(OpContext& context, int32_t axis, PartsAxis parts_axis);
TfLiteStatus PrepareSplit(OpContext& context, uint32_t whole_input, int32_t axis,
                          PartsAxis parts_axis);

void Join(OpContext& context);
void Split(OpContext& context, uint32_t whole_input);

}  // namespace tflm

#endif  // TENSORFLOW_LITE_MICRO_KERNELS_PARTS_H_
