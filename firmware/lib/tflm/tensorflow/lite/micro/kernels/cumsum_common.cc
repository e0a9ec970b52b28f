#include "tensorflow/lite/micro/kernels/cumsum_common.h"

#include "tensorflow/lite/micro/kernels/kernel_util.h"
#include "tensorflow/lite/micro/kernels/parts.h"

namespace tflm {

bool ReadCumsumShape(OpContext& context, const TensorInfo& input, const TensorInfo& output,
                     nn::CumsumShape* shape) {
  enum { kExclusive = 0, kReverse = 1 };  // fields of CumsumOptions
  int32_t axis;
  if (!ReadAxis(context, 1, &axis)) {
    return false;
  }
  if (!SameShape(context, input, output)) {
    context.Fail("input and output differ in shape");
    return false;
  }
  const int32_t rank = static_cast<int32_t>(input.shape.count);
  axis += axis < 0 ? rank : 0;
  if (axis < 0 || axis >= rank) {
    context.Fail("its axis is out of range");
    return false;
  }
  *shape = nn::CumsumShape{1, 1, 1, context.OptionU8(kExclusive, 0) != 0,
                           context.OptionU8(kReverse, 0) != 0};
  for (int32_t i = 0; i < rank; ++i) {
    const uint32_t extent = Extent(context, input, static_cast<uint32_t>(i));
    (i < axis ? shape->outer : i == axis ? shape->extent : shape->inner) *= extent;
  }
  return true;
}

}  // namespace tflm
