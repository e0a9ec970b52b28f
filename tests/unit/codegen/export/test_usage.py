"""The lines of C that a user pastes, for models of each kind."""

from __future__ import annotations

from typing import Any

import pytest

from codegen.export import usage


def values(**changed: Any) -> dict[str, Any]:
    """Of a classifier of int8 whose inputs and outputs have one type."""
    edge = {"index": 0, "type": "int8_t", "scale": 0.5, "elements": 3}
    return {
        "name": "net", "NAME": "NET", "sample_bytes": 0, "inputs": [edge], "outputs": [edge],
        "input_type": "int8_t", "output_type": "int8_t", "labels": ["a", "b", "c"], **changed,
    }  # fmt: skip


def edge(**changed: Any) -> dict[str, Any]:
    return {"index": 0, "type": "int8_t", "scale": 0.5, "elements": 3, **changed}


def test_a_classifier_says_its_label() -> None:
    text = usage.lines(values())
    assert "  int8_t *input0 = net_input(0);" in text
    assert "input0[i] = net_quantize_input0(0.5f);" in text
    assert "  const int8_t *output = net_output(0);" in text
    assert "net_label((size_t)best) == NULL" in text
    assert text.startswith('#include "net.h"\n')
    assert text.endswith("}\n")
    assert "NET_ARENA_ALIGNMENT" in text


def test_a_sample_goes_through_the_front_end() -> None:
    text = usage.lines(values(sample_bytes=9))
    assert "net_sample_push(piece, sizeof(piece));" in text
    assert "input0" not in text


def test_edges_of_several_types_are_cast() -> None:
    edges = [edge(), edge(index=1, type="float", scale=0)]
    text = usage.lines(values(inputs=edges, input_type="void", output_type="void"))
    assert "  int8_t *input0 = (int8_t *)net_input(0);" in text
    assert "  float *input1 = (float *)net_input(1);" in text
    assert "input1[i] = 0;" in text
    assert "  const int8_t *output = (const int8_t *)net_output(0);" in text


@pytest.mark.parametrize(
    ("output", "meaning"),
    [
        (edge(), "net_dequantize_output0(output[0]) > 0.5f"),
        (edge(type="float", scale=0), "output[0] > 0.5f"),
        (edge(type="int32_t", scale=0), "output[0] != 0"),
    ],
)
def test_what_has_no_labels_is_a_number(output: dict[str, Any], meaning: str) -> None:
    for labels in ([], ["a", "b"]):
        assert f"  return {meaning};" in usage.lines(values(outputs=[output], labels=labels))
