"""Work of each kind of op, lives of tensors, options, and what packed pixels are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen.errors import ModelError
from codegen.model import op_options
from codegen.model.lifetimes import lifetimes
from codegen.model.op_work import OpWork, op_work
from codegen.model.pixels import pack_pixels
from codegen.model.tflite import Model
from tests.unit.harness.wire.fake_device import unpacked
from verification.cases.model_builder import ModelBuilder, schema


@pytest.mark.parametrize(
    ("op", "shapes", "output", "macs", "has_filter"),
    [
        ("CONV_2D", [(1, 9, 9, 3), (5, 2, 4, 3)], (1, 8, 6, 5), 8 * 6 * 5 * 2 * 4 * 3, True),
        ("DEPTHWISE_CONV_2D", [(1, 9, 9, 3), (1, 2, 4, 3)], (1, 8, 6, 3), 8 * 6 * 3 * 2 * 4, True),
        ("FULLY_CONNECTED", [(7, 11), (13, 11)], (7, 13), 7 * 13 * 11, True),
        (
            "TRANSPOSE_CONV",
            [(4,), (5, 2, 4, 3), (1, 9, 7, 3)],
            (1, 18, 14, 5),
            9 * 7 * 3 * 40,
            True,
        ),
        ("SVDF", [(2, 6), (8, 6), (8, 5)], (2, 4), 2 * (48 + 40), True),
        ("UNIDIRECTIONAL_SEQUENCE_LSTM", [(1, 3, 6), (4, 6)], (1, 3, 4), 12 * 4 * (6 + 4), True),
        ("BATCH_MATMUL", [(2, 3, 5), (2, 5, 7)], (2, 3, 7), 2 * 3 * 7 * 5, False),
        ("BATCH_MATMUL", [(2, 5, 3), (2, 5, 7)], (2, 3, 7), 2 * 3 * 7 * 5, False),  # turned
        ("BATCH_MATMUL", [(5,), (5,)], (), 0, False),
        ("ADD", [(1, 9), (1, 9)], (1, 9), 0, False),
        ("RELU", [(1, 9)], (1, 9), 0, False),
    ],
)
def test_multiply_accumulates(
    op: str,
    shapes: list[tuple[int, ...]],
    output: tuple[int, ...],
    macs: int,
    has_filter: bool,
) -> None:
    b = ModelBuilder()
    inputs = [b.tensor(list(shape), scale=0.1) for shape in shapes]
    made = b.tensor(list(output), scale=0.1)
    b.op(op, inputs, [made])
    model = Model.parse(b.build(inputs, [made]))
    data = shapes[2] if op == "TRANSPOSE_CONV" else shapes[0]
    assert op_work(model, model.ops[0]) == OpWork(
        macs=macs,
        outputs=int(np.prod(output)),
        output_shape=output,
        input_shape=data,
        filter_shape=shapes[1] if has_filter else (),
    )


def test_ops_that_lack_something_have_no_work() -> None:
    b = ModelBuilder()
    source, resource = b.tensor([1, 9], scale=0.1), b.tensor([1], "RESOURCE")
    b.op("ASSIGN_VARIABLE", [resource, source], [])
    b.op("SVDF", [source, source, -1], [b.tensor([1, 9], scale=0.1)])
    model = Model.parse(b.build([source], []))
    assert op_work(model, model.ops[0]) == OpWork(0, 0, (), (1,), ())
    assert op_work(model, model.ops[1]).macs == 9


def test_when_tensors_are_alive() -> None:
    b = ModelBuilder()
    source, unread = b.tensor([4], scale=0.1), b.tensor([4], scale=0.1)
    one, two, three = (b.tensor([4], scale=0.1) for _ in range(3))
    weights = b.constant(np.zeros(4, np.int8), scale=0.1)
    b.op("RELU", [source], [one])
    b.op("ADD", [one, weights], [two])
    b.op("ADD", [one, source], [three])
    model = Model.parse(b.build([source, unread], [two]))
    assert lifetimes(model) == {
        source: (0, 3),
        unread: (0, 1),  # the application writes it
        one: (0, 3),
        two: (1, 4),  # the application reads it
        three: (2, 3),
    }


def test_a_variable_keeps_its_value() -> None:
    b = ModelBuilder()
    source = b.tensor([1, 4], scale=0.1)
    state = b.tensor([1, 4], scale=0.1, is_variable=True)
    made = b.tensor([1, 4], scale=0.1)
    b.op("RELU", [source], [made])
    b.op("ADD", [made, state, -1], [state])
    model = Model.parse(b.build([source], [made]))
    assert lifetimes(model)[state] == (0, 3)


def test_options_are_the_ops_own() -> None:
    b = ModelBuilder()
    tensors = [b.tensor([1, 4, 4, 1], scale=0.1) for _ in range(3)]
    pool = schema.Pool2DOptionsT(padding=1, strideW=3, strideH=2, filterWidth=5, filterHeight=4)
    b.op("MAX_POOL_2D", [tensors[0]], [tensors[1]], pool)
    b.op("RELU", [tensors[1]], [tensors[2]])
    model = Model.parse(b.build([tensors[0]], [tensors[2]]))
    found, none = op_options.op_options(model)
    assert (found.strideW, found.strideH, found.filterWidth, found.filterHeight) == (3, 2, 5, 4)
    assert none is None


def test_options_outside_of_the_file_are_damage(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(*_: object) -> None:
        raise IndexError("beyond the end")

    monkeypatch.setattr(op_options, "_options", read)
    b = ModelBuilder()
    source, made = (b.tensor([4], scale=0.1) for _ in range(2))
    b.op("RELU", [source], [made])
    model = Model.parse(b.build([source], [made]))
    with pytest.raises(ModelError, match=r"^an op's options are damaged \(beyond the end\)"):
        op_options.op_options(model)


@given(st.lists(st.sampled_from([0, 0, 0, 1, 200]), max_size=700))
def test_packed_pixels_are_the_same_pixels(pixels: list[int]) -> None:
    raw = bytes(pixels)
    assert unpacked(pack_pixels(raw), len(raw)) == raw


@pytest.mark.parametrize(
    ("pixels", "packed"),
    [
        ("", ""),
        ("0000", ""),
        ("05", "000105"),
        ("000005", "020105"),
        ("0100020000", "0003010002"),
        ("00" * 255 + "07", "ff0107"),
        ("00" * 256 + "07", "ff02" + "0007"),
        ("07" * 256, "00ff" + "07" * 255 + "000107"),
    ],
)
def test_runs_of_pixels(pixels: str, packed: str) -> None:
    assert pack_pixels(bytes.fromhex(pixels)).hex() == packed
