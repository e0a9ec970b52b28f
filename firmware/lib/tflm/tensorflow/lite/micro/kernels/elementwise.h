// What the elementwise ops share while they prepare.

#ifndef TENSORFLOW_LITE_MICRO_KERNELS_ELEMENTWISE_H_
#define TENSORFLOW_LITE_MICRO_KERNELS_ELEMENTWISE_H_

#include <stdint.h>

#include "nn/broadcast.h"
#include "nn/table_s8.h"
#include "tensorflow/lite/micro/kernels/kernel_util.h"

namespace tflm {

// One int8 input and one int8 output with as many elements.
struct UnaryOperands {
  QuantizedS8 in, out;
  uint32_t count;
};

// False, with a message, if they are something else. Lets the op run in place.
bool ReadUnary(OpContext& context, UnaryOperands* operands);

// The parameters of a unary op.
template <typename Params>
struct UnaryData {
  uint32_t count;
  Params params;
};

// Runs kernel(params, count, input, output), by way of a table on the stack where that pays.
template <typename Params>
void RunUnary(OpContext& context, const UnaryData<Params>& data,
              void (*kernel)(const Params&, uint32_t, const int8_t*, int8_t*)) {
  const int8_t* const input = context.InputData(0);
  int8_t* const output = context.OutputData(0);
  if (data.count < nn::kTablePays) {
    kernel(data.params, data.count, input, output);
    return;
  }
  int8_t table[nn::kTableSize];
  nn::FillIdentity(table);
  kernel(data.params, nn::kTableSize, table, table);
  nn::LookUpS8(table, data.count, input, output);
}

// Two inputs that broadcast to one output.
struct BinaryOperands {
  QuantizedS8 in[2], out;  // not set where all three are int32
  nn::Broadcast shape;
};

// False, with a message, if they are neither three of int8 nor, where `s32` is given, three of
// int32: `s32` says which. Lets the op run in place of an input that has the output's shape.
bool ReadBinary(OpContext& context, BinaryOperands* operands, bool* s32 = nullptr);

// The parameters of a binary op. The tail of `shape` that is not used is not allocated.
template <typename Params>
struct BinaryData {
  uint32_t is_s32;  // the operands are int32, so that Params are nn::ArithmeticParams
  Params params;
  nn::Broadcast shape;
};

void* NewBinaryData(OpContext& context, const nn::Broadcast& shape, uint32_t data_bytes);

// Parameters for int8 operands, with the shape filled in; null (with a message) when the arena is
// full.
template <typename Params>
BinaryData<Params>* NewBinaryData(OpContext& context, const nn::Broadcast& shape) {
  auto* const data =
      static_cast<BinaryData<Params>*>(NewBinaryData(context, shape, sizeof(BinaryData<Params>)));
  if (data) {
    data->is_s32 = 0;
  }
  return data;
}

// Fills in the zero points and the output range.
template <typename Params>
void SetEnds(const BinaryOperands& operands, const nn::ActivationRange& range, Params* params) {
  params->in_zero_point[0] = operands.in[0].zero_point;
  params->in_zero_point[1] = operands.in[1].zero_point;
  params->out_zero_point = operands.out.zero_point;
  params->out_min = static_cast<int8_t>(range.min);
  params->out_max = static_cast<int8_t>(range.max);
}

}  // namespace tflm

#endif  // TENSORFLOW_LITE_MICRO_KERNELS_ELEMENTWISE_H_
