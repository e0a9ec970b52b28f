// Made by mcuforge from the model with sha256
// 06899f8da7efd9c841d3f63c0a32b10e4ada32c53fae08917b321e5d68a29a41; do not edit.

#ifndef MCUFORGE_GENERATED_OP_RESOLVER_H_
#define MCUFORGE_GENERATED_OP_RESOLVER_H_

#include "tensorflow/lite/micro/micro_mutable_op_resolver.h"

namespace mcuforge {

using OpResolver = tflite::MicroMutableOpResolver<8>;

// Registers exactly the ops of the model; the first failure is returned at once.
inline TfLiteStatus AddOps(OpResolver& resolver) {
  if (TfLiteStatus status = resolver.AddConv2D(); status != kTfLiteOk) return status;
  if (TfLiteStatus status = resolver.AddMaxPool2D(); status != kTfLiteOk) return status;
  if (TfLiteStatus status = resolver.AddShape(); status != kTfLiteOk) return status;
  if (TfLiteStatus status = resolver.AddStridedSlice(); status != kTfLiteOk) return status;
  if (TfLiteStatus status = resolver.AddPack(); status != kTfLiteOk) return status;
  if (TfLiteStatus status = resolver.AddReshape(); status != kTfLiteOk) return status;
  if (TfLiteStatus status = resolver.AddFullyConnected(); status != kTfLiteOk) return status;
  if (TfLiteStatus status = resolver.AddSoftmax(); status != kTfLiteOk) return status;
  return kTfLiteOk;
}

}  // namespace mcuforge

#endif  // MCUFORGE_GENERATED_OP_RESOLVER_H_
