#include "nn/cumsum_s8.h"
#include "tensorflow/lite/micro/kernels/kernel_util.h"
#include "tensorflow/lite/micro/kernels/parts.h"

namespace tflm {
namespace {

enum { kExclusive = 0, kReverse = 1 };  // fields of CumsumOptions

TfLiteStatus Prepare(OpContext& context) {
  EndsS8 ends;
  int32_t axis;
  nn::CumsumParams params;
  if (!ReadEndsS8(context, &ends) || !ReadAxis(context, 1, &axis) ||
      !FactorOf(context, ends.in.scale, nn::Shifted(ends.out.scale, nn::kSumLeftShift - 1),
                &params.requant)) {
    return kTfLiteError;
  }
  if (!SameShape(context, ends.input, ends.output)) {
    return context.Fail("input and output differ in shape");
  }
  if (params.requant.shift > 0) {
    return context.Fail("needs an output scale above 2^-19 of the input's");
  }
  const int32_t rank = static_cast<int32_t>(ends.input.shape.count);
  axis += axis < 0 ? rank : 0;
  if (axis < 0 || axis >= rank) {
    return context.Fail("its axis is out of range");
  }
  params.outer = params.inner = 1;
  for (int32_t i = 0; i < rank; ++i) {
    const uint32_t extent = Extent(context, ends.input, static_cast<uint32_t>(i));
    if (i == axis) {
      params.extent = extent;
    } else {
      (i < axis ? params.outer : params.inner) *= extent;
    }
  }
  params.in_zero_point = ends.in.zero_point;
  params.out_zero_point = ends.out.zero_point;
  params.exclusive = context.OptionU8(kExclusive, 0) != 0;
  params.reverse = context.OptionU8(kReverse, 0) != 0;
  nn::CumsumParams* const kept = context.NewParams<nn::CumsumParams>();
  if (!kept) {
    return kTfLiteError;
  }
  *kept = params;
  context.AllowInPlace(0);
  return kTfLiteOk;
}

void Eval(OpContext& context) {
  nn::CumsumS8(context.Params<nn::CumsumParams>(), context.InputData(0), context.OutputData(0));
}

}  // namespace

const OpDef ops::kCumSum = {tflite::BuiltinOperator_CUMSUM, "CUMSUM", Prepare, Eval};

}  // namespace tflm
