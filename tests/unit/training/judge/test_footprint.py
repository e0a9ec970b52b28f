"""Weights, peak of activations and MACs, on a graph small enough to count by hand."""

from __future__ import annotations

from codegen.model.tflite import Model, Op, Subgraph, Tensor
from training.judge.footprint import Footprint, footprint


def tensor(index: int, shape: tuple[int, ...], data: bytes | None = None) -> Tensor:
    size = 1
    for side in shape:
        size *= side
    return Tensor(
        index=index, name=f"t{index}", shape=shape, dtype="INT8", scales=(1.0,), zero_points=(0,),
        axis=0, data=data, nbytes=size, is_variable=False,
    )  # fmt: skip


def op(index: int, name: str, inputs: tuple[int, ...], outputs: tuple[int, ...]) -> Op:
    return Op(index, name, None, 1, inputs, outputs)


def test_a_skip_connection_keeps_its_tensor_alive() -> None:
    tensors = (
        tensor(0, (1, 4, 4, 1)),  # input, 16 B
        tensor(1, (2, 3, 3, 1), bytes(18)),
        tensor(2, (1, 4, 4, 2)),  # 32 B, needed again by ADD
        tensor(3, (1, 3, 3, 2), bytes(18)),
        tensor(4, (1, 4, 4, 2)),  # 32 B
        tensor(5, (1, 4, 4, 2)),  # 32 B
        tensor(6, (10, 32), bytes(320)),
        tensor(7, (1, 10)),  # output, 10 B
    )
    ops = (
        op(0, "CONV_2D", (0, 1, -1), (2,)),  # 16 + 32
        op(1, "DEPTHWISE_CONV_2D", (2, 3, -1), (4,)),  # 32 + 32
        op(2, "ADD", (2, 4), (5,)),  # 32 + 32 + 32
        op(3, "FULLY_CONNECTED", (5, 6, -1), (7,)),  # 32 + 10
    )
    model = Model(b"", (Subgraph(0, "", tensors, ops, (0,), (7,)),))
    assert footprint(model) == Footprint(
        weight_bytes=18 + 18 + 320,
        activation_bytes=96,
        macs=16 * 2 * 9 + 16 * 2 * 9 + 10 * 32,
    )


def test_a_transposed_convolution_multiplies_too() -> None:
    """Every input element meets every tap of every output channel."""
    tensors = (
        tensor(0, (1, 4, 4, 3)),
        tensor(1, (2, 3, 3, 3), bytes(54)),
        tensor(2, (4,), bytes(16)),
        tensor(3, (1, 8, 8, 2)),
    )
    ops = (op(0, "TRANSPOSE_CONV", (2, 1, 0), (3,)),)
    model = Model(b"", (Subgraph(0, "", tensors, ops, (0,), (3,)),))
    assert footprint(model).macs == 4 * 4 * 3 * (2 * 3 * 3)
