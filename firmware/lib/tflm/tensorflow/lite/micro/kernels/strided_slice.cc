#include "tensorflow/lite/micro/kernels/kernel_util.h"
#include "tensorflow/lite/micro/kernels/strided_copy.h"

namespace tflm {
namespace {

// Fields of StridedSliceOptions.
enum { kBeginMask = 0, kEndMask = 1, kEllipsisMask = 2, kNewAxisMask = 3, kShrinkAxisMask = 4 };

// One axis of the op: an element every `stride` from `begin` on, to before `end`; negative
// positions count from the last element.
struct AxisSlice {
  int32_t begin, end, stride;
  bool from_start, to_end;  // begin or end are not to be used
  bool one;                 // the axis goes: only the element at begin stays
};

// How many elements stay (none if the slice is empty or malformed), and the first one's position.
uint32_t Resolve(const AxisSlice& slice, int32_t extent, int32_t* first) {
  const bool forward = slice.stride > 0;
  const int32_t low = forward ? 0 : -1;  // where a position beyond either end is put
  const int32_t high = low + extent;
  const auto position = [&](int32_t index) {
    return nn::Clamp(index < 0 ? index + extent : index, low, high);
  };
  const int32_t begin = slice.from_start ? (forward ? 0 : high) : position(slice.begin);
  const int32_t end = slice.to_end ? (forward ? high : low) : position(slice.end);
  *first = begin;
  if (slice.one) {
    return forward && begin < extent ? 1 : 0;
  }
  const int32_t span = forward ? end - begin : begin - end;
  const uint32_t stride = forward ? static_cast<uint32_t>(slice.stride)
                                  : UINT32_C(0) - static_cast<uint32_t>(slice.stride);
  return span > 0 && stride != 0 ? static_cast<uint32_t>(span - 1) / stride + 1 : 0;
}

TfLiteStatus Prepare(OpContext& context) {
  TensorInfo input;
  TensorInfo output;
  if (!context.Input(0, &input) || !context.Output(0, &output)) {
    return kTfLiteError;
  }
  uint32_t pos[3];  // of begin, end and strides
  for (uint32_t i = 0; i < 3; ++i) {
    TensorInfo indices;
    if (!context.Input(1 + i, &indices)) {
      return kTfLiteError;
    }
    if (indices.type != kTfLiteInt32 || indices.data == 0 ||
        indices.elements != input.shape.count) {
      return context.Fail("needs constant int32 begin, end and strides with one element an axis");
    }
    pos[i] = indices.data;
  }
  if ((context.OptionU32(kEllipsisMask, 0) | context.OptionU32(kNewAxisMask, 0)) != 0) {
    return context.Fail("an ellipsis or a new axis is not supported");
  }
  nn::StridedCopy* const copy = NewStridedCopy(context, input, output);
  if (!copy) {
    return kTfLiteError;
  }
  uint32_t elements = 1;
  for (uint32_t i = 0; i < input.shape.count; ++i) {
    const uint32_t axis = nn::kMaxRank - input.shape.count + i;
    const auto value = [&](uint32_t which) {
      return static_cast<int32_t>(context.reader().U32(pos[which] + 4 * i));
    };
    const auto mask = [&](uint32_t field) { return ((context.OptionU32(field, 0) >> i) & 1) != 0; };
    const AxisSlice slice{value(0),         value(1),       value(2),
                          mask(kBeginMask), mask(kEndMask), mask(kShrinkAxisMask)};
    int32_t first;
    const uint32_t count = Resolve(slice, static_cast<int32_t>(copy->extent[axis]), &first);
    elements *= count;
    copy->extent[axis] = count;
    copy->start += static_cast<uint32_t>(first * copy->step[axis]);
    copy->step[axis] *= count > 1 ? slice.stride : 0;
  }
  if (elements != output.elements) {
    return context.Fail("the output's shape does not follow from begin, end and strides");
  }
  nn::MergeAxes(copy);
  return kTfLiteOk;
}

}  // namespace

const OpDef ops::kStridedSlice = {tflite::BuiltinOperator_STRIDED_SLICE, "STRIDED_SLICE", Prepare,
                                  EvalStridedCopy};

}  // namespace tflm
