#include "tensorflow/lite/micro/kernels/custom_call.h"

#include "tensorflow/lite/micro/bytes.h"
#include "tensorflow/lite/micro/kernels/custom_error.h"
#include "tensorflow/lite/micro/memory_planner.h"
#include "tensorflow/lite/micro/micro_log.h"

namespace tflm {
namespace {

// What TfLiteContext::impl_ leads to.
struct Owner {
  const CustomOp& op;
  uint8_t* const arena;
  CustomState* const state;
};

Owner& OwnerOf(const TfLiteContext* context) { return *static_cast<Owner*>(context->impl_); }

void* AllocatePersistent(TfLiteContext* context, size_t bytes) {
  const Owner& owner = OwnerOf(context);
  uint32_t& used = owner.state->persistent_used;
  if (bytes > owner.op.persistent_bytes - used) {
    MicroPrintf("a custom op allocates more than it did on the host");
    return nullptr;
  }
  uint8_t* const memory = owner.arena + owner.op.persistent + used;
  used += (static_cast<uint32_t>(bytes) + 7) & ~UINT32_C(7);
  used = used < owner.op.persistent_bytes ? used : owner.op.persistent_bytes;
  FillBytes(memory, 0, static_cast<uint32_t>(bytes));
  return memory;
}

// The index is the place in the op's one scratch buffer, which the host's plan has.
TfLiteStatus RequestScratch(TfLiteContext* context, size_t bytes, int* buffer_index) {
  uint32_t& used = OwnerOf(context).state->scratch_used;
  *buffer_index = static_cast<int>(used / kBufferAlignment);
  used += AlignUp(static_cast<uint32_t>(bytes));
  return kTfLiteOk;
}

void* GetScratch(TfLiteContext* context, int buffer_index) {
  const Owner& owner = OwnerOf(context);
  return owner.arena + owner.op.scratch + static_cast<uint32_t>(buffer_index) * kBufferAlignment;
}

TfLiteTensor* GetTensor(const TfLiteContext* context, int index) {
  const Owner& owner = OwnerOf(context);
  uint32_t i = 0;
  while (i < owner.op.tensor_count && owner.op.tensors[i].index != index) {
    ++i;
  }
  return i < owner.op.tensor_count ? &owner.state->tensors[i] : nullptr;
}

TfLiteEvalTensor* GetEvalTensor(const TfLiteContext* context, int index) {
  return GetTensor(context, index);
}

TfLiteIntArray* IntArray(const int32_t* count_first) {
  return reinterpret_cast<TfLiteIntArray*>(const_cast<int32_t*>(count_first));  // nobody writes
}

// What a registration's functions are called with.
struct Call {
  Call(const CustomOp& op, uint8_t* arena, CustomState* state) : owner{op, arena, state} {
    context.impl_ = &owner;
    context.AllocatePersistentBuffer = AllocatePersistent;
    context.RequestScratchBufferInArena = RequestScratch;
    context.GetScratchBuffer = GetScratch;
    context.GetTensor = GetTensor;
    context.GetEvalTensor = GetEvalTensor;
    context.ReportError = ReportError;
    node.inputs = IntArray(op.inputs);
    node.outputs = IntArray(op.outputs);
    node.user_data = state->user_data;
    node.custom_initial_data = op.options;
    node.custom_initial_data_size = static_cast<int>(op.options_bytes);
  }
  Owner owner;
  TfLiteContext context{};
  TfLiteNode node{};
};

}  // namespace

bool InitCustom(const CustomOp& op, uint8_t* arena, CustomState* state) {
  const TFLMRegistration& registration = *op.registration();
  state->user_data = nullptr;
  state->persistent_used = state->scratch_used = 0;
  for (uint32_t i = 0; i < op.tensor_count; ++i) {
    const CustomTensor& description = op.tensors[i];
    TfLiteTensor& tensor = state->tensors[i];
    tensor = TfLiteTensor{};
    tensor.data.data =
        description.constant ? const_cast<void*>(description.constant) : arena + description.offset;
    tensor.dims = IntArray(description.dims);
    tensor.bytes = description.bytes;
    tensor.type = description.type;
    tensor.allocation_type = description.constant ? kTfLiteMmapRo : kTfLiteArenaRw;
    tensor.params = description.params;
    if (description.scales) {
      TfLiteAffineQuantization& affine = state->quantizations[i];
      affine.scale = static_cast<TfLiteFloatArray*>(const_cast<void*>(description.scales));
      affine.zero_point = IntArray(description.zero_points);
      affine.quantized_dimension = description.quantized_dimension;
      tensor.quantization.type = kTfLiteAffineQuantization;
      tensor.quantization.params = &affine;
    }
  }
  if (registration.init) {
    Call call(op, arena, state);
    state->user_data =
        registration.init(&call.context, static_cast<const char*>(op.options), op.options_bytes);
  }
  if (registration.prepare) {
    Call call(op, arena, state);
    return registration.prepare(&call.context, &call.node) == kTfLiteOk;
  }
  return true;
}

bool InvokeCustom(const CustomOp& op, uint8_t* arena, CustomState* state) {
  Call call(op, arena, state);
  return op.registration()->invoke(&call.context, &call.node) == kTfLiteOk;
}

void ResetCustom(const CustomOp& op, uint8_t* arena, CustomState* state) {
  if (op.registration()->reset) {
    Call call(op, arena, state);
    op.registration()->reset(&call.context, state->user_data);
  }
}

}  // namespace tflm
