"""PROFILE's reply and the table that is made of it."""

import struct

import pytest

from codegen.cost.op_rows import cost_lines
from codegen.model.tflite import Model
from harness.run.op_profile import OpProfile
from harness.wire import messages
from verification.cases.model_builder import ModelBuilder


def two_ops() -> Model:
    b = ModelBuilder()
    source = b.tensor([1, 2, 2, 1], scale=0.5, zero_point=0)
    middle = b.tensor([1, 2, 2, 1], scale=0.5, zero_point=0)
    result = b.tensor([1, 2, 2, 1], scale=0.5, zero_point=0)
    b.op("RELU", [source], [middle])
    b.op("RELU", [middle], [result])
    return Model.parse(b.build([source], [result]))


def test_reply_is_the_whole_and_then_each_op() -> None:
    profile = messages.parse_profile(struct.pack("<3I", 100, 60, 30))
    assert (profile.ticks, profile.op_ticks) == (100, (60, 30))


@pytest.mark.parametrize("payload", [b"", b"12345"])
def test_a_reply_of_another_size_is_refused(payload: bytes) -> None:
    with pytest.raises(messages.PayloadError, match=f"{len(payload)} B, expected"):
        messages.parse_profile(payload)


def test_table_and_document_name_the_unit() -> None:
    model = two_ops()
    title, first, second = cost_lines(model, [75, 25], "ns")
    assert " ns " in title
    assert "RELU" in first and "1x2x2x1" in first and first.endswith("75.0%")
    assert second.endswith("25.0%")
    document = OpProfile("host", model.sha256, "ns", 200, (75, 25)).as_json(model)
    ops = document["ops"]
    assert isinstance(ops, list)
    assert (ops[0]["ns"], ops[0]["per_mac"], ops[0]["share"]) == (75, None, 0.375)


def test_predicted_costs_stand_beside() -> None:
    model = two_ops()
    found = OpProfile("host", model.sha256, "ns", 200, (75, 25), predicted={"cycles_0ws": [7, 9]})
    ops = found.as_json(model)["ops"]
    assert isinstance(ops, list)
    assert [row["cycles_0ws"] for row in ops] == [7, 9]
    title, first, second = cost_lines(model, found.ops, "ns", found.predicted)
    assert title.endswith(" cycles_0ws")
    assert (first.split()[-1], second.split()[-1]) == ("7", "9")
