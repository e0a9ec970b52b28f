"""Functions of one number become tables of the same answers, on the oracle."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

from codegen.host.oracle import Oracle
from codegen.model.int8_checks import check_int8
from codegen.model.tables import with_tables
from codegen.model.tflite import Model
from verification.cases.model_builder import ModelBuilder

SCALE, ZERO_POINT = 1 / 16, -20  # exact, as all scales here
ALL = np.arange(-128, 128).astype(np.int8)[np.newaxis]
REAL = SCALE * (ALL.astype(np.float64) - ZERO_POINT)
Made = Callable[..., int]


class Chain(ModelBuilder):
    """An int8 tensor of all 256 numbers, and ops behind it, each with one output."""

    def __init__(self) -> None:
        super().__init__()
        self.given = self.int8(SCALE, ZERO_POINT)

    def int8(self, scale: float, zero_point: int = 0) -> int:
        return self.tensor((1, 256), "INT8", scale=scale, zero_point=zero_point)

    def one(self) -> int:
        return self.constant(np.array(64, np.int8), scale=1 / 64, zero_point=0)

    def made(self, op: str, *given: int, scale: float = 1 / 8, options: Any = None) -> int:
        output = self.int8(scale)
        self.op(op, given, [output], options)
        return output

    def in_float(self, op: str, given: int, scale: float = 1 / 8) -> int:
        """The op as the converter leaves it between two moves."""
        there, behind = (self.tensor((1, 256), "FLOAT32") for _ in range(2))
        self.op("DEQUANTIZE", [given], [there])
        self.op(op, [there], [behind])
        return self.made("QUANTIZE", behind, scale=scale)


def softplus(model: Chain) -> int:
    exp = model.made("EXP", model.given, scale=8.0)
    one_more = model.made("ADD", exp, model.one(), scale=8.0, options=schema.AddOptionsT())
    return model.made("LOG", one_more)


def selu(model: Chain) -> int:
    is_more = model.tensor((1, 256), "BOOL")
    zero = model.constant(np.array(0, np.int8), scale=1.0, zero_point=0)
    model.op("GREATER", [model.given, zero], [is_more])
    two = model.constant(np.array(64, np.int8), scale=1 / 32, zero_point=0)
    below = model.made("SUB", model.made("EXP", model.given), model.one())
    return model.made("SELECT", is_more, model.given, model.made("MUL", below, two))


def mish(model: Chain) -> int:
    return model.made("MUL", model.given, model.made("TANH", softplus(model)))


def log_sigmoid(model: Chain) -> int:
    exp = model.made("EXP", model.in_float("NEG", model.given))
    return model.in_float("NEG", model.made("LOG", model.made("ADD", exp, model.one())))


def rectified(model: Chain) -> int:
    options = schema.SubOptionsT(fusedActivationFunction=schema.ActivationFunctionType.RELU)
    return model.made("SUB", model.made("EXP", model.given), model.one(), options=options)


@pytest.mark.parametrize(
    ("draw", "exact"),
    [
        (softplus, np.log1p(np.exp(REAL))),
        (selu, np.where(REAL > 0, REAL, 2 * np.expm1(REAL))),
        (mish, REAL * np.tanh(np.log1p(np.exp(REAL)))),
        (log_sigmoid, -np.log1p(np.exp(-REAL))),
        (rectified, np.maximum(np.expm1(REAL), 0)),
        (lambda model: model.made("EXP", model.given), np.exp(REAL)),
        (lambda model: model.made("SQRT", model.given), np.sqrt(np.maximum(REAL, 0))),
        (lambda model: model.in_float("SQUARE", model.given), REAL**2),
        (lambda model: model.made("LOG", model.given), np.log(np.maximum(REAL, 1e-9))),
    ],
)
def test_whatever_is_computed_of_one_number_is_looked_up(
    draw: Callable[[Chain], int], exact: np.ndarray
) -> None:
    model = Chain()
    made, ops = looked_up(model, draw(model))
    assert ops == ["QUANTIZE", "GATHER"]
    assert np.array_equal(made, np.clip(np.rint(exact * 8), -128, 127))


def looked_up(model: Chain, *ends: int) -> tuple[np.ndarray, list[str]]:
    """What the oracle answers for the first end, and the ops that are left."""
    content = with_tables(model.build([model.given], ends))
    parsed = Model.parse(content)
    check_int8(parsed, float_forms=False)
    return Oracle(parsed).run([ALL])[0], [op.name for op in parsed.ops]


def elu(model: Chain) -> int:
    """As the graph of a Keras model has it before it is converted."""
    size = model.made("ABS", model.given)
    half = model.constant(np.array(127, np.int8), scale=0.5 / 127, zero_point=0)
    above = model.made("MUL", model.made("ADD", model.given, size), half)
    below = model.made("MUL", model.made("SUB", model.given, size), half)
    return model.made("ADD", above, model.made("SUB", model.made("EXP", below), model.one()))


@pytest.mark.parametrize("draw", [elu, lambda model: model.in_float("ELU", model.given)])
def test_what_is_elu_takes_no_indices(draw: Callable[[Chain], int]) -> None:
    model = Chain()
    made, ops = looked_up(model, draw(model))
    assert ops == ["ELU"]
    exact = np.where(REAL < 0, np.expm1(REAL), REAL)
    assert np.abs(made - np.clip(exact * 8, -128, 127)).max() <= 0.51


@pytest.mark.parametrize(("count", "becomes"), [(5, ["TANH"] * 5), (6, ["QUANTIZE", "GATHER"])])
def test_many_ops_are_a_table_even_where_none_is_lacking(count: int, becomes: list[str]) -> None:
    model = Chain()
    end = model.given
    for _ in range(count):
        end = model.made("TANH", end, scale=1 / 128)
    _, ops = looked_up(model, end)
    assert ops == becomes


def test_two_ends_share_their_indices_and_what_needs_no_table_stays() -> None:
    model = Chain()
    relu = model.made("RELU", model.given)
    ends = [model.made("EXP", relu), model.made("SQRT", relu), relu]
    _, ops = looked_up(model, *ends)
    assert ops == ["RELU", "QUANTIZE", "GATHER", "GATHER"]


def test_a_function_of_two_tensors_is_looked_up_behind_their_sum() -> None:
    model = Chain()
    other = model.made("MAX_POOL_2D", model.given)  # any op that mixes numbers
    both = model.made("ADD", model.given, other)
    parsed = Model.parse(with_tables(model.build([model.given], [model.made("EXP", both)])))
    assert [op.name for op in parsed.ops] == ["MAX_POOL_2D", "ADD", "QUANTIZE", "GATHER"]


def test_what_lacks_nothing_or_stays_float_is_as_it_was() -> None:
    model = Chain()
    content = model.build([model.given], [model.made("TANH", model.given)])
    assert with_tables(content) is content
    model = Chain()
    real = model.tensor((1, 256), "FLOAT32")
    model.op("DEQUANTIZE", [model.made("EXP", model.given)], [real])
    content = model.build([model.given], [real])
    assert with_tables(content) is content
    assert with_tables(b"none") == b"none"


def test_a_constant_of_many_numbers_or_another_shape_is_no_function_of_one() -> None:
    model = Chain()
    many = model.constant(np.arange(256).astype(np.int8)[np.newaxis], scale=0.1, zero_point=0)
    wide = model.tensor((2, 256), "INT8", scale=0.1, zero_point=0)
    model.op("ADD", [model.given, model.constant(np.ones((2, 1), np.int8), scale=1.0)], [wide])
    ends = [model.made("EXP", model.made("MUL", model.given, many)), wide]
    parsed = Model.parse(with_tables(model.build([model.given], ends)))
    assert [op.name for op in parsed.ops] == ["ADD", "MUL", "QUANTIZE", "GATHER"]


def test_what_is_kept_in_a_variable_goes_on_being_kept() -> None:
    model = Chain()
    variable = model.tensor((), "RESOURCE")
    model.op("VAR_HANDLE", [], [variable], schema.VarHandleOptionsT(sharedName="kept"))
    end = model.made("EXP", model.given)
    model.op("ASSIGN_VARIABLE", [variable, end], [])
    parsed = Model.parse(with_tables(model.build([model.given], [model.given])))
    names = [op.name for op in parsed.ops]
    assert names == ["VAR_HANDLE", "QUANTIZE", "GATHER", "ASSIGN_VARIABLE"]
