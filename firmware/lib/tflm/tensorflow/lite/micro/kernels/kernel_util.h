// What the ops' prepare functions share; for custom ops, by upstream's name of this header, what
// eval_tensor.h has.

#ifndef TENSORFLOW_LITE_MICRO_KERNELS_KERNEL_UTIL_H_
#define TENSORFLOW_LITE_MICRO_KERNELS_KERNEL_UTIL_H_

#include <stdint.h>

#include "nn/broadcast.h"
#include "nn/conv_params.h"
#include "nn/scale.h"
#include "tensorflow/lite/kernels/internal/compatibility.h"
#include "tensorflow/lite/micro/kernels/eval_tensor.h"
#include "tensorflow/lite/micro/memory_helpers.h"
#include "tensorflow/lite/micro/micro_context.h"
#include "tensorflow/lite/micro/op.h"

namespace tflm {

// Extent of axis `axis`, which must be < shape.count.
inline uint32_t Extent(const OpContext& context, const TensorInfo& info, uint32_t axis) {
  return context.reader().U32Inside(info.shape.pos + 4 * axis);
}

inline bool SameShape(const OpContext& context, const TensorInfo& a, const TensorInfo& b) {
  bool same = a.shape.count == b.shape.count;
  for (uint32_t axis = 0; same && axis < a.shape.count; ++axis) {
    same = Extent(context, a, axis) == Extent(context, b, axis);
  }
  return same;
}

// The extents as nn::kMaxRank numbers, leading ones first. False if the rank is higher.
bool PaddedShape(const OpContext& context, const TensorInfo& info, uint32_t extent[nn::kMaxRank]);

// False, with a message, if `info` is no int8 tensor with one scale and one zero point.
bool ReadQuantizedS8(const OpContext& context, const TensorInfo& info, QuantizedS8* quantized);

// Input 0 and output 0 of an op, both such tensors.
struct EndsS8 {
  TensorInfo input, output;
  QuantizedS8 in, out;
};

// False, with a message, if one is missing or no such tensor.
bool ReadEndsS8(const OpContext& context, EndsS8* ends);

// The scale of a tensor that ReadQuantizedS8 accepted: in eval, where keeping it would cost RAM.
nn::Scale ScaleOfTensor(const OpContext& context, int32_t index);

// The int8 range that the fused activation in option `field` leaves. False, with a message, for one
// with an upper end that is more steps away than an int32 holds.
bool FusedRange(const OpContext& context, uint32_t field, const QuantizedS8& out,
                nn::ActivationRange* range);

// For an op whose output has as many bytes of the same type as its input, which it may lie on:
// keeps their number, a uint32_t, as its parameters.
TfLiteStatus PrepareSameBytes(OpContext& context);

// The factor a * b / c. False, with a message, if it is none (nn::IsFactor).
bool FactorOf(const OpContext& context, nn::Scale a, nn::Scale b, nn::Scale c, nn::Requant* factor);
inline bool FactorOf(const OpContext& context, nn::Scale a, nn::Scale c, nn::Requant* factor) {
  return FactorOf(context, a, nn::MakeScale(1, 0), c, factor);
}

// Padding of the schema (enum Padding).
enum : uint8_t { kPaddingSame = 0, kPaddingValid = 1 };

// A 2-D window op, as its options and its filter have it.
struct WindowAxis {
  uint32_t kernel, stride, dilation;
};
struct Window {
  WindowAxis y, x;
  uint32_t padding;  // of the schema
};

// Fills in the sizes, the steps and the padding of a 2-D window op, and checks them against the
// output's shape. Input and output are NHWC.
TfLiteStatus FillWindow(OpContext& context, const Window& window, const TensorInfo& input,
                        const TensorInfo& output, nn::ConvParams* params);

// The quantization of a filter with `channels` output channels, which has one scale a channel or
// one for all. `in`, `out`: the scales of the op's ends. False, with a message, if their number
// fits neither, one of them is no scale, or a channel's factor is none.
bool ReadFilterScales(const OpContext& context, const TensorInfo& filter, uint32_t channels,
                      nn::Scale in, nn::Scale out, ModelReader::Quantization* quantization);

// Shapes of two operands and an output, for elementwise ops. False, with a message, if they do not
// broadcast.
bool FillBroadcast(const OpContext& context, const TensorInfo& input0, const TensorInfo& input1,
                   const TensorInfo& output, nn::Broadcast* broadcast);

}  // namespace tflm

#endif  // TENSORFLOW_LITE_MICRO_KERNELS_KERNEL_UTIL_H_
