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
_FLAG = {"shape": [], "dtype": "BOOL"}
_STACKER = {
    **{"num_channels": 32, "stacker_left_context": 0, "stacker_right_context": 0},
    "stacker_step": 1,
}
_WINDOW = {"values": np.ones(32, np.int16)}


def _model(
    name: str, inputs: list[dict[str, Any]], outputs: list[dict[str, Any]], options: Any
) -> bytes:
    dumped = options if isinstance(options, bytes) else bytes(flexbuffers.Dumps(options))
    return one_op(f"CUSTOM:{name}", inputs, outputs, custom_options=dumped)


def _detector(changed: dict[str, Any]) -> bytes:
    """6 anchors of 5 classes, 3 detections."""
    real = {"dtype": "FLOAT32"}
    inputs: list[dict[str, Any]] = [
        {"shape": [1, 6, 4], **real},
        {"shape": [1, 6, 5], **real},
        {"values": np.full((6, 4), 0.5, np.float32)},
    ]
    outputs: list[dict[str, Any]] = [
        {"shape": shape, **real} for shape in ([1, 3, 4], [1, 3], [1, 3], [1])
    ]
    options = {
        **dict.fromkeys(("x_scale", "y_scale", "h_scale", "w_scale"), 10.0),
        **{"max_detections": 3, "max_classes_per_detection": 1, "num_classes": 5},
        **{"nms_score_threshold": 0.25, "nms_iou_threshold": 0.5},
    }
    return _model("TFLite_Detection_PostProcess", inputs, outputs, options | changed)


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
        (
            _model("SignalDelay", [_FRAME], [_FRAME], {"delay_length": -1}),
            "SignalDelay: needs a delay_length from 0 on",
        ),
        (
            _model("SignalDelay", [_FRAME], [_PAIRS], {"delay_length": 3}),
            "SignalDelay: needs int16 frames, and as many numbers out",
        ),
        (
            _model("SignalFramer", [_FRAME], [_FRAME, _FLAG], {"frame_size": 4, "frame_step": 8}),
            r"SignalFramer: needs 0 < frame_step <= frame_size <= 2\^23",
        ),
        (
            _model("SignalFramer", [_FRAME], [_FRAME, _FLAG], {"frame_size": 9, "frame_step": 5}),
            "SignalFramer: needs rows of int16, of whole steps",
        ),
        (
            _model("SignalFramer", [_FRAME], [_PAIRS, _FLAG], {"frame_size": 32, "frame_step": 8}),
            "SignalFramer: needs a window a step out",
        ),
        (
            _model("SignalStacker", [_FRAME], [_FRAME, _FLAG], _STACKER | {"stacker_step": 2}),
            "SignalStacker: needs num_channels, contexts below 4096, and a stacker_step within",
        ),
        (
            _model("SignalStacker", [_FRAME], [_PAIRS, _FLAG], _STACKER),
            "SignalStacker: needs num_channels int16, a stack of them out, one bool",
        ),
        (
            _model("SignalOverlapAdd", [_FRAME], [_FRAME], {"frame_step": 33}),
            "SignalOverlapAdd: needs 0 < frame_step <= a frame",
        ),
        (
            _model("SignalOverlapAdd", [_FRAME], [_PAIRS], {"frame_step": 8}),
            "SignalOverlapAdd: needs a step of int16 out for each frame",
        ),
        (
            _model("SignalIrfft", [_PAIRS], [_FRAME], {"T": 7, "fft_length": 48}),
            r"SignalIrfft: needs int16 and an fft_length of 16, 32 \.\. 4096",
        ),
        (
            _model("SignalIrfft", [_FRAME], [_FRAME], {"T": 7, "fft_length": 32}),
            r"SignalIrfft: needs fft_length / 2 \+ 1 pairs",
        ),
        (
            _detector({"nms_iou_threshold": 0}),
            r"PostProcess: needs nms_iou_threshold in 0\.\.1 and scales",
        ),
        (
            _detector({"max_classes_per_detection": 2}),
            "PostProcess: needs max_detections, .* one class per detection or use_regular_nms",
        ),
        (_detector({"num_classes": 3}), "PostProcess: needs one picture, as many anchors"),
        (_detector({"max_detections": 4}), "PostProcess: needs float32 outputs for max_detections"),
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


@pytest.mark.parametrize("op", ["SIGNAL_DELAY", "SIGNAL_FRAMER", "SIGNAL_OVERLAP_ADD"])
def test_a_signal_begins_anew_after_a_reset(op: str) -> None:
    case = CASES[op](np.random.default_rng(7))
    rng = np.random.default_rng(1)
    other = [rng.integers(-9999, 9999, x.shape, dtype=np.int16) for x in case.inputs]
    with HostRuntime(case.model, arena_bytes=1 << 16) as runtime:
        runtime.invoke(*case.inputs)
        first = runtime.output()
        runtime.invoke(*other)
        runtime.reset()
        runtime.invoke(*case.inputs)
        assert runtime.output() == first


def test_fewer_detections_than_there_is_room_for_leave_zeros() -> None:
    """Of six anchors in one place, the best; a threshold above all leaves none."""
    boxes, scores = np.zeros((1, 6, 4), np.float32), np.zeros((1, 6, 5), np.float32)
    scores[0, 4, 2] = 0.75
    for threshold, found in ((0.25, 1), (0.8, 0)):
        with HostRuntime(_detector({"nms_score_threshold": threshold})) as runtime:
            runtime.invoke(boxes, scores)
            corners, classes, best, count = (
                np.frombuffer(runtime.output(i), np.float32) for i in range(4)
            )
        assert count.tolist() == [found]
        assert classes.tolist() == [2.0 * found, 0, 0]
        assert best.tolist() == [0.75 * found, 0, 0]
        assert corners.tolist() == [v * found for v in (0.25, 0.25, 0.75, 0.75)] + [0] * 8
