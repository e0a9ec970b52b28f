"""Upstream's ops for audio front ends: what they refuse, and options that are damaged."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from flatbuffers import flexbuffers

from codegen.host.runtime import HostRuntime, RuntimeRefusedError
from verification.cases.model_builder import one_op
from verification.cases.signal import CASES

_FRAME = {"shape": [1, 32], "dtype": "INT16"}
_PAIRS = {"shape": [1, 34], "dtype": "INT16"}
_WINDOW = {"values": np.ones(32, np.int16)}


def _model(
    name: str, inputs: list[dict[str, Any]], outputs: list[dict[str, Any]], options: Any
) -> bytes:
    dumped = options if isinstance(options, bytes) else bytes(flexbuffers.Dumps(options))
    return one_op(f"CUSTOM:{name}", inputs, outputs, custom_options=dumped)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (
            _model("SignalWindow", [_FRAME, _WINDOW], [_FRAME], {"shift": 31}),
            r"SignalWindow: needs a shift in 0\.\.30",
        ),
        (
            _model("SignalWindow", [_FRAME, _WINDOW], [_FRAME], {"other": 1}),
            r"SignalWindow: needs a shift in 0\.\.30",
        ),
        (
            _model(
                "SignalWindow", [_FRAME, {"values": np.ones(5, np.int16)}], [_FRAME], {"shift": 1}
            ),
            "SignalWindow: needs int16 frames and a window as long as one",
        ),
        (
            _model("SignalRfft", [_FRAME], [_PAIRS], {"T": 7, "fft_length": 48}),
            r"SignalRfft: needs int16 and an fft_length of 16, 32 \.\. 4096",
        ),
        (
            _model("SignalRfft", [_FRAME], [_PAIRS], {"T": 0, "fft_length": 32}),
            "SignalRfft: needs int16",
        ),
        (
            _model("SignalRfft", [_FRAME], [_FRAME], {"T": 7, "fft_length": 32}),
            "SignalRfft: needs frames of at most fft_length",
        ),
        (
            _model(
                "SignalEnergy",
                [_PAIRS],
                [{"shape": [17], "dtype": "UINT32"}],
                {"start_index": 5, "end_index": 18},
            ),
            "SignalEnergy: needs 0 <= start_index <= end_index <= elements",
        ),
    ],
)
def test_what_is_refused_is_said(model: bytes, message: str) -> None:
    with pytest.raises(RuntimeRefusedError, match=message):
        HostRuntime(model, arena_bytes=1 << 16)


def test_a_table_that_reaches_beyond_the_energies_ends_the_invoke() -> None:
    shorts = [np.array(x, np.int16) for x in ([4096] * 4, [0] * 4, [0, 2], [0, 2], [2, 3])]
    energies = {"shape": [4], "dtype": "UINT32"}
    made = [{"shape": [1], "dtype": "UINT64"}]
    inputs: list[dict[str, Any]] = [energies, *({"values": x} for x in shorts)]
    model = _model("SignalFilterBank", inputs, made, {"num_channels": 1})
    with HostRuntime(model, arena_bytes=1 << 16) as runtime, pytest.raises(RuntimeRefusedError):
        runtime.invoke(np.ones(4, np.uint32))


def _runs(model: bytes) -> bool:
    try:
        HostRuntime(model, arena_bytes=1 << 16).close()
    except RuntimeRefusedError:
        return False
    return True


def test_damaged_options_are_refused_or_read_and_no_more() -> None:
    """Each byte of a flexbuffer in turn as anything else, and each of its beginnings."""
    options = bytes(flexbuffers.Dumps({"T": 7, "fft_length": 32}))
    damaged = [options[:end] for end in range(1, len(options))]
    damaged += [
        options[:at] + bytes([value]) + options[at + 1 :]
        for at in range(len(options))
        for value in (0, 1, 127, 128, 255, options[at] ^ 1, options[at] ^ 4)
    ]
    outcomes = {_runs(_model("SignalRfft", [_FRAME], [_PAIRS], one)) for one in damaged}
    assert outcomes == {True, False}


def test_estimates_are_back_at_zero_after_a_reset() -> None:
    case = CASES["SIGNAL_SPECTRAL_SUBTRACTION"](np.random.default_rng(5))
    with HostRuntime(case.model, arena_bytes=1 << 16) as runtime:
        runtime.invoke(*case.inputs)
        first = runtime.output(1)
        runtime.invoke(*case.inputs)
        assert runtime.output(1) != first
        runtime.reset()
        runtime.invoke(*case.inputs)
        assert runtime.output(1) == first
