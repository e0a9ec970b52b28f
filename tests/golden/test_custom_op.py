"""AddCustom with TFLM's registration struct: a custom op before a builtin one, on the host.

tests/emulated/test_custom_op.py goes the whole way to a board.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest
from flatbuffers import flexbuffers

from codegen.host.runtime import HostRuntime, RuntimeRefusedError
from codegen.memory.planner import plan_model
from codegen.model.tflite import Model
from verification.cases.model_builder import ModelBuilder, one_op
from verification.check_runner import HOST, Job, build_sanitized, run

pytestmark = pytest.mark.golden

_ELEMENTS = 6


def _model(options: bytes | None, name: str = "AddByte") -> bytes:
    b = ModelBuilder()
    source = b.tensor([1, _ELEMENTS], scale=0.5, zero_point=0)
    middle = b.tensor([1, _ELEMENTS], scale=0.5, zero_point=0)
    result = b.tensor([1, _ELEMENTS], scale=0.5, zero_point=0)
    b.op(f"CUSTOM:{name}", [source], [middle], custom_options=options)
    b.op("RELU", [middle], [result])
    return b.build([source], [result])


def _run(tmp_path: Path, model: bytes, values: list[int]) -> tuple[int, str]:
    program = build_sanitized("custom_op", [Path(__file__).with_name("custom_op.cc")])
    path = tmp_path / "model.tflite"
    path.write_bytes(model)
    hex_input = np.array(values, np.int8).tobytes().hex()
    result = subprocess.run(
        [str(program), str(path), hex_input], capture_output=True, text=True, check=False
    )
    assert not result.stderr, result.stderr
    return result.returncode, result.stdout.strip()


def test_a_custom_op_gets_its_options_and_its_tensors(tmp_path: Path) -> None:
    code, text = _run(tmp_path, _model(b"\x07rest"), [-20, -8, -7, 0, 1, 100])
    assert code == 0, text
    values = np.frombuffer(bytes.fromhex(text), np.int8)
    np.testing.assert_array_equal(values, [0, 0, 0, 7, 8, 107])  # plus 7, then RELU


def test_an_op_without_options_gets_none(tmp_path: Path) -> None:
    code, text = _run(tmp_path, _model(None), [1, 2, 3, 4, 5, 6])
    assert (code, text) == (0, "010203040506")


def test_an_invoke_that_fails_makes_invoke_fail(tmp_path: Path) -> None:
    code, text = _run(tmp_path, _model(b"\x01"), [0, 99, 0, 0, 0, 0])
    assert code == 3
    assert "AddByte (node 0)" in text


def test_a_custom_op_that_nobody_registered_is_named() -> None:
    with pytest.raises(RuntimeRefusedError, match="didn't find custom op 'Other'"):
        HostRuntime(_model(b"\x01", name="Other"))


def _binarize(options: bytes | None, outputs: int = _ELEMENTS) -> bytes:
    io = {"shape": [1, _ELEMENTS], "scale": 0.5}
    output = {"shape": [1, outputs], "scale": 0.5}
    return one_op("CUSTOM:Binarize", [io], [output], custom_options=options)


def test_the_projects_custom_ops_keep_to_their_buffers_in_the_exact_arena() -> None:
    model = _binarize(flexbuffers.Dumps(-3))
    values = np.array([-128, -4, -3, -2, 0, 127], np.int8).tobytes()
    arena_bytes = plan_model(Model.parse(model), HOST.isa).arena_bytes
    (result,) = run(HOST, [Job(model, values, arena_bytes, _ELEMENTS, sweep_step=4)])
    assert result.failure is None
    expected = np.array([-128, -128, -128, 127, 127, 127], np.int8).tobytes()
    assert result.outputs == (expected, expected)
    assert "arena too small" in result.message


@pytest.mark.parametrize(
    ("options", "outputs", "reason"),
    [
        (None, _ELEMENTS, "its options are a flexbuffer of one integer"),
        (flexbuffers.Dumps(1000), _ELEMENTS, "its options are a flexbuffer of one integer"),
        (flexbuffers.Dumps(0), _ELEMENTS + 1, "gives one of as many elements"),
    ],
)
def test_a_prepare_that_refuses_ends_allocation_with_its_reason(
    options: bytes | None, outputs: int, reason: str
) -> None:
    with pytest.raises(RuntimeRefusedError, match=reason):
        HostRuntime(_binarize(options, outputs))
