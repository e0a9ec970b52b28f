#ifndef TENSORFLOW_LITE_MICRO_MICRO_MUTABLE_OP_RESOLVER_H_
#define TENSORFLOW_LITE_MICRO_MICRO_MUTABLE_OP_RESOLVER_H_

#include "tensorflow/lite/micro/micro_common.h"

namespace tflite {
namespace micro {

class MicroOpResolver {
 public:
  virtual ~MicroOpResolver() {}
};

// Upstream's Add methods, those of the signal library and of types that no int8 model has left out.
// Most may be given a registration of another kernel.
template <unsigned int tOpCount>
class MicroMutableOpResolver : public MicroOpResolver {
 public:
  TfLiteStatus AddCustom(const char* name, const TFLMRegistration* registration);
  TfLiteStatus AddResizeNearestNeighbor();

#define ADD(Suffix) TfLiteStatus Add##Suffix(const TFLMRegistration& registration = {});
#define ADD4(A, B, C, D) ADD(A) ADD(B) ADD(C) ADD(D)
  ADD4(Abs, Add, AddN, ArgMax)
  ADD4(ArgMin, AssignVariable, AveragePool2D, BatchMatMul)
  ADD4(BatchToSpaceNd, BroadcastArgs, BroadcastTo, CallOnce)
  ADD4(Cast, Concatenation, Conv2D, CumSum)
  ADD4(DepthToSpace, DepthwiseConv2D, Dequantize, Div)
  ADD4(Elu, EmbeddingLookup, Equal, Exp)
  ADD4(ExpandDims, Fill, FullyConnected, Gather)
  ADD4(GatherNd, Greater, GreaterEqual, HardSwish)
  ADD4(If, L2Normalization, L2Pool2D, LeakyRelu)
  ADD4(Less, LessEqual, LogSoftmax, Logistic)
  ADD4(MaxPool2D, Maximum, Mean, Minimum)
  ADD4(MirrorPad, Mul, Neg, NotEqual)
  ADD4(Pack, Pad, PadV2, Prelu)
  ADD4(Quantize, ReadVariable, ReduceMax, ReduceMin)
  ADD4(Relu, Relu6, Reshape, ResizeBilinear)
  ADD4(ReverseV2, SelectV2, Shape, Slice)
  ADD4(Softmax, SpaceToBatchNd, SpaceToDepth, Split)
  ADD4(SplitV, SquaredDifference, Squeeze, StridedSlice)
  ADD4(Sub, Sum, Svdf, Tanh)
  ADD4(Transpose, TransposeConv, Unpack, VarHandle)
#undef ADD4
#undef ADD
};

}  // namespace micro

using micro::MicroMutableOpResolver;
using micro::MicroOpResolver;

}  // namespace tflite

#endif  // TENSORFLOW_LITE_MICRO_MICRO_MUTABLE_OP_RESOLVER_H_
