"""Tables in generated code: where their indices are never made, and where they have to be."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

from codegen.aot.generate import generate_aot, plan_aot
from codegen.aot.lookups import without_indices
from codegen.model.tflite import Model
from verification.cases.model_builder import ModelBuilder

_COUNT = 1000
_VALUES = np.arange(256).astype(np.uint8).view(np.int8)


def _model(
    zero_point: int = 132,
    entries: int = 256,
    shown: bool = False,
    also_read: bool = False,
    **options: Any,
) -> Model:
    b = ModelBuilder()
    given, before = (b.tensor([1, _COUNT], scale=0.5, zero_point=4) for _ in range(2))
    indices = b.tensor([1, _COUNT], "INT32", scale=0.5, zero_point=zero_point)
    made = b.tensor([1, _COUNT], scale=0.1)
    table = b.constant(np.resize(_VALUES, entries), scale=0.1)
    b.op("RELU", [given], [before])
    b.op("QUANTIZE", [before], [indices])
    b.op("GATHER", [table, indices], [made], schema.GatherOptionsT(**options))
    outputs = [made, indices] if shown else [made]
    if also_read:
        outputs.append(b.tensor([1, _COUNT], "INT32"))
        b.op("MAXIMUM", [indices, indices], outputs[-1:], schema.MaximumMinimumOptionsT())
    return Model.parse(b.build([given], outputs))


def test_a_table_is_looked_up_without_indices() -> None:
    model = _model()
    assert plan_aot(model, "scalar").arena_bytes == 1008  # one int8 each, in place, to 16 bytes
    text = generate_aot(model.data, "model")["model_model.cc"].decode()
    assert text.count("nn::LookUpS8(") == 2  # RELU has a table, too
    assert "Gather" not in text and "Requantize" not in text
    _, tables = without_indices(model)
    (table,) = tables.values()  # by the bits of an int8: that of -128 is 128
    assert table == np.roll(_VALUES, 128).tobytes()


@pytest.mark.parametrize(
    "case",
    [
        {"zero_point": 133, "entries": 257},
        {"zero_point": 131, "entries": 256},
        {"shown": True},
        {"also_read": True},
    ],
    ids=str,
)
def test_indices_that_are_needed_are_made(case: dict[str, Any]) -> None:
    model = _model(**case)
    same, tables = without_indices(model)
    assert same is model and tables == {}
    if "zero_point" not in case:
        assert plan_aot(model, "scalar").arena_bytes > 4 * _COUNT
