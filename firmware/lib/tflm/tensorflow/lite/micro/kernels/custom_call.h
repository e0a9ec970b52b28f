// A custom op without an interpreter: its registration's functions, called by code that codegen/aot
// made. What they may ask of their context is answered from a description that is constant.

#ifndef TENSORFLOW_LITE_MICRO_KERNELS_CUSTOM_CALL_H_
#define TENSORFLOW_LITE_MICRO_KERNELS_CUSTOM_CALL_H_

#include <stddef.h>
#include <stdint.h>

#include "tensorflow/lite/c/common.h"
#include "tensorflow/lite/micro/micro_common.h"

namespace tflm {

// An input or output. `constant`: its contents where it has any, else they are at arena + offset.
struct CustomTensor {
  int32_t index;        // by which the node names it
  const int32_t* dims;  // how many, then the extents
  const void* constant;
  uint32_t offset;
  uint32_t bytes;
  TfLiteType type;
  TfLiteQuantizationParams params;  // of several the first; scale 0: none
  const void* scales;               // how many, then float32; null: none
  const int32_t* zero_points;       // how many, then they
  int32_t quantized_dimension;
};

// Lists of tensor indices begin with their count. Places are bytes from the arena's start.
struct CustomOp {
  const TFLMRegistration* (*registration)();
  const int32_t* inputs;
  const int32_t* outputs;
  const CustomTensor* tensors;
  uint32_t tensor_count;
  const void* options;
  uint32_t options_bytes;
  uint32_t scratch;
  uint32_t persistent;  // what init and prepare allocate
  uint32_t persistent_bytes;
};

// What an op keeps; the arrays have tensor_count elements.
struct CustomState {
  TfLiteTensor* tensors;
  TfLiteAffineQuantization* quantizations;
  void* user_data;
  uint32_t persistent_used;
  uint32_t scratch_used;
};

// init and prepare. False if one of them refuses.
bool InitCustom(const CustomOp& op, uint8_t* arena, CustomState* state);
// False if it fails.
bool InvokeCustom(const CustomOp& op, uint8_t* arena, CustomState* state);
void ResetCustom(const CustomOp& op, uint8_t* arena, CustomState* state);

}  // namespace tflm

#endif  // TENSORFLOW_LITE_MICRO_KERNELS_CUSTOM_CALL_H_
