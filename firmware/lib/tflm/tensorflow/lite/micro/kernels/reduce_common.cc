#include "tensorflow/lite/micro/kernels/reduce_common.h"

namespace tflm {

nn::ReduceParams* NewReduction(OpContext& context, const TensorInfo& input,
                               const TensorInfo& output, uint32_t* reduced) {
  TensorInfo axes;
  if (!context.Input(1, &axes)) {
    return nullptr;
  }
  if (axes.type != kTfLiteInt32 || axes.data == 0) {
    context.Fail("needs constant int32 axes");
    return nullptr;
  }
  nn::ReduceParams* const params = context.NewParams<nn::ReduceParams>();
  if (!params) {
    return nullptr;
  }
  if (!PaddedShape(context, input, params->extent)) {
    context.Fail("has more than 5 dimensions");
    return nullptr;
  }
  const int32_t rank = static_cast<int32_t>(input.shape.count);
  params->reduced = 0;
  for (uint32_t i = 0; i < axes.elements; ++i) {
    int32_t axis = static_cast<int32_t>(context.reader().U32(axes.data + 4 * i));
    axis += axis < 0 ? rank : 0;
    if (axis < 0 || axis >= rank) {
      context.Fail("an axis is out of range");
      return nullptr;
    }
    params->reduced |= static_cast<uint8_t>(1u << (nn::kMaxRank - rank + axis));
  }
  uint32_t count = 1;
  for (uint32_t axis = 0; axis < nn::kMaxRank; ++axis) {
    count *= (params->reduced >> axis) & 1 ? params->extent[axis] : 1;
  }
  constexpr uint32_t kMaxCount = UINT32_C(1) << 23;  // of int8 values whose sum fits in int32
  if (count > kMaxCount || static_cast<uint64_t>(output.elements) * count != input.elements) {
    context.Fail("the output's shape does not follow from the axes");
    return nullptr;
  }
  // Neighbouring axes of one kind become one, the inner of them: longer runs.
  for (uint32_t axis = 0; axis + 1 < nn::kMaxRank; ++axis) {
    const uint32_t kinds = params->reduced >> axis;
    if ((kinds & 1) == ((kinds >> 1) & 1)) {
      params->extent[axis + 1] *= params->extent[axis];
      params->extent[axis] = 1;
    }
  }
  *reduced = count;
  return params;
}

nn::ReduceParams* PrepareReduce(OpContext& context, Reduction* reduction) {
  EndsS8 ends;
  if (!ReadEndsS8(context, &ends)) {
    return nullptr;
  }
  reduction->in = ends.in;
  reduction->out = ends.out;
  nn::ReduceParams* const params =
      NewReduction(context, ends.input, ends.output, &reduction->count);
  if (params) {
    params->in_zero_point = ends.in.zero_point;
    params->out_zero_point = ends.out.zero_point;
  }
  return params;
}

void EvalSum(OpContext& context) {
  nn::SumS8(context.Params<nn::ReduceParams>(), context.InputData(0), context.OutputData(0));
}

}  // namespace tflm
