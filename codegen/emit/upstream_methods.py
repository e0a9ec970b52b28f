"""What upstream's MicroMutableOpResolver can be asked to add, and why some of it is not here.

Facts of upstream's interface, for docs/supported_ops.md: the suffixes of its Add methods but
AddCustom. What is here is read from the tables of ops; a reason stands for what is not.
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
"""In the alphabet's order."""

CUSTOM_CODES = {
    "CircularBuffer": "CIRCULAR_BUFFER",
    "Delay": "SignalDelay",
    "DetectionPostprocess": "TFLite_Detection_PostProcess",
    "Energy": "SignalEnergy",
    "FftAutoScale": "SignalFftAutoScale",
    "FilterBank": "SignalFilterBank",
    "FilterBankLog": "SignalFilterBankLog",
    "FilterBankSpectralSubtraction": "SignalFilterBankSpectralSubtraction",
    "FilterBankSquareRoot": "SignalFilterBankSquareRoot",
    "Framer": "SignalFramer",
    "Irfft": "SignalIrfft",
    "OverlapAdd": "SignalOverlapAdd",
    "PCAN": "SignalPCAN",
    "Rfft": "SignalRfft",
    "Stacker": "SignalStacker",
    "Window": "SignalWindow",
}
"""Of the methods that add custom ops: the op's name in a model."""

REASONS = {
    "Decode": "a custom op that unpacks compressed weights; `invoke compress` has other means",
    "EthosU": "a custom op for the Ethos-U's driver and compiled command streams",
}
"""Why a method's op is not here, where more is to be said than that nobody has written it."""

UNWRITTEN = "not written yet"
UNWRITTEN_CUSTOM = (
    "a custom op that is not written yet; one of your own comes in by [custom_ops]"
    "(porting.md#a-custom-op)"
)
