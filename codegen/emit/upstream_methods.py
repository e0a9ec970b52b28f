"""What upstream's MicroMutableOpResolver can be asked to add, and why some of it is not here.

Facts of upstream's interface, for docs/supported_ops.md: the suffixes of its Add methods. What is
here is read from the tables of ops; a reason stands for what is not.
"""

from __future__ import annotations

_METHODS = """
    Abs Add AddN ArgMax ArgMin AssignVariable AveragePool2D BatchMatMul BatchToSpaceNd
    BroadcastArgs BroadcastTo CallOnce Cast Ceil CircularBuffer Concatenation Conv2D Cos CumSum
    Decode Delay DepthToSpace DepthwiseConv2D Dequantize DetectionPostprocess Div
    DynamicUpdateSlice Elu EmbeddingLookup Energy Equal EthosU Exp ExpandDims FftAutoScale Fill
    FilterBank FilterBankLog FilterBankSpectralSubtraction FilterBankSquareRoot Floor FloorDiv
    FloorMod Framer FullyConnected Gather GatherNd Greater GreaterEqual HardSwish If Irfft
    L2Normalization L2Pool2D LeakyRelu Less LessEqual Log LogSoftmax LogicalAnd LogicalNot
    LogicalOr Logistic MaxPool2D Maximum Mean Minimum MirrorPad Mul Neg NotEqual OverlapAdd PCAN
    Pack Pad PadV2 Prelu Quantize ReadVariable ReduceAll ReduceMax ReduceMin Relu Relu6 Reshape
    ResizeBilinear ResizeNearestNeighbor ReverseV2 Rfft Round Rsqrt SelectV2 Shape Sin Slice
    Softmax SpaceToBatchNd SpaceToDepth Split SplitV Sqrt Square SquaredDifference Squeeze Stacker
    StridedSlice Sub Sum Svdf Tanh Transpose TransposeConv UnidirectionalSequenceLSTM Unpack
    VarHandle While Window ZerosLike
    """
METHODS = tuple(_METHODS.split())
"""Of those that add an op of upstream's, in the alphabet's order."""

OTHERS = {
    "Custom": "yes: ops of your own",
    "Builtin": "private in upstream, where all but the custom ops' methods call it; here they call "
    "`MicroOpResolver::Register`",
}
"""Of the two that the resolver has besides."""

REASONS = {
    "Decode": "a custom op that unpacks compressed weights; `invoke compress` has other means",
    "EthosU": "adds nothing, as upstream's without the Ethos-U's driver; a model that was compiled "
    "for it is refused",
}
"""Why a method's op is not here, where more is to be said than that nobody has written it."""

UNWRITTEN = "not written yet"
UNWRITTEN_CUSTOM = (
    "a custom op that is not written yet; one of your own comes in by [custom_ops]"
    "(porting.md#a-custom-op)"
)
