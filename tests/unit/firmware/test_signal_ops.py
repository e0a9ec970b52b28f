"""Upstream's ops for audio front ends: what they refuse, and options that are damaged."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from flatbuffers import flexbuffers
from numpy.typing import NDArray

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


_DETECTOR: dict[str, Any] = {
    **dict.fromkeys(("x_scale", "y_scale", "h_scale", "w_scale"), 10.0),
    **{"max_detections": 3, "max_classes_per_detection": 1, "num_classes": 5},
    **{"nms_score_threshold": 0.25, "nms_iou_threshold": 0.5},
}
_SAME = np.full((6, 4), 0.5, np.float32)
_FAR = np.array([[i, i, 0.5, 0.5] for i in range(6)], np.float32)


def _detector(changed: dict[str, Any] | bytes, anchors: NDArray[np.float32] = _SAME) -> bytes:
    """6 anchors of 5 classes, 3 detections. changed: of the options, or all of them as bytes."""
    real = {"dtype": "FLOAT32"}
    inputs: list[dict[str, Any]] = [
        {"shape": [1, 6, 4], **real},
        {"shape": [1, 6, 5], **real},
        {"values": anchors},
    ]
    outputs: list[dict[str, Any]] = [
        {"shape": shape, **real} for shape in ([1, 3, 4], [1, 3], [1, 3], [1])
    ]
    options = changed if isinstance(changed, bytes) else _DETECTOR | changed
    return _model("TFLite_Detection_PostProcess", inputs, outputs, options)


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


def test_boxes_that_overlap_more_than_the_threshold_are_one() -> None:
    """Two boxes a side of which is common: of 0.2 by 0.3 and of 0.2 by 0.15, off the picture's
    corner; a half is common to both, and the whole of the smaller one."""
    anchors = np.array([[0.5, 0.65, 0.2, 0.3], [0.5, 0.575, 0.2, 0.15]], np.float32)
    anchors = np.vstack([anchors, np.tile([[0.1, 0.1, 0.1, 0.1]], (4, 1))]).astype(np.float32)
    boxes, scores = np.zeros((1, 6, 4), np.float32), np.zeros((1, 6, 5), np.float32)
    for order in ((0, 1), (1, 0)):
        scores[0, order, 1] = (0.75, 0.5)
        for overlap, found in ((0.49, 1), (0.51, 2)):
            options = {"nms_iou_threshold": overlap}
            with HostRuntime(_detector(options, anchors)) as runtime:
                runtime.invoke(boxes, scores)
                assert np.frombuffer(runtime.output(3), np.float32).tolist() == [found]


def test_a_box_without_an_area_ends_the_invoke() -> None:
    anchors = np.full((6, 4), 0.5, np.float32)
    scores = np.ones((1, 6, 5), np.float32)
    for side in (2, 3):
        flat = anchors.copy()
        flat[5, side] = 0
        with (
            HostRuntime(_detector({}, flat)) as runtime,
            pytest.raises(RuntimeRefusedError),
        ):
            runtime.invoke(np.zeros((1, 6, 4), np.float32), scores)


def test_a_scalar_is_a_frame_of_one() -> None:
    one = {"shape": [], "dtype": "INT16"}
    model = _model("SignalDelay", [one], [one], {"delay_length": 2})
    with HostRuntime(model, arena_bytes=1 << 16) as runtime:
        said = []
        for value in (5, 6, 7, 8):
            runtime.invoke(np.array(value, np.int16))
            said.append(int(np.frombuffer(runtime.output(), np.int16)[0]))
    assert said == [0, 0, 5, 6]


def _delay_that_is_read(options: bytes) -> int:
    """By when a number comes out again; 99 where the options are refused."""
    try:
        runtime = HostRuntime(
            _model("SignalDelay", [_FRAME], [_FRAME], options), arena_bytes=1 << 16
        )
    except RuntimeRefusedError:
        return 99
    with runtime:
        runtime.invoke(np.array([7] + [0] * 31, np.int16).reshape(1, 32))
        return int(np.frombuffer(runtime.output(), np.int16).argmax())


@pytest.mark.parametrize("other", [1, -1, 200, 40_000, 1 << 20, 1 << 40, -(1 << 40), 0.1])
def test_options_are_read_at_every_width(other: float) -> None:
    """The widest value of a map says how wide all are; keys before and after the wanted one."""
    for name in ("a", "delay_lengt", "delay_length_", "z"):
        for delay in (0, 3, 31):
            options = bytes(flexbuffers.Dumps({name: other, "delay_length": delay}))
            assert _delay_that_is_read(options) == delay
        negative = bytes(flexbuffers.Dumps({name: other, "delay_length": -1}))
        assert _delay_that_is_read(negative) == 99


def test_options_are_read_of_every_type() -> None:
    def built(add: str, value: float) -> bytes:
        builder = flexbuffers.Builder()
        with builder.Map():
            builder.Key("delay_length")
            getattr(builder, add)(value)
        return bytes(builder.Finish())

    for add in ("Int", "UInt", "IndirectInt", "IndirectUInt"):
        assert _delay_that_is_read(built(add, 9)) == 9, add
    assert _delay_that_is_read(built("Bool", True)) == 1
    assert _delay_that_is_read(built("Int", -1)) == 99
    assert _delay_that_is_read(built("IndirectInt", -1)) == 99
    for add in ("Float", "IndirectFloat"):  # no integers
        assert _delay_that_is_read(built(add, 9.0)) == 99, add
    assert _delay_that_is_read(bytes(flexbuffers.Dumps([9]))) == 99
    assert _delay_that_is_read(bytes(flexbuffers.Dumps({}))) == 99


def test_reals_are_read_of_every_type() -> None:
    """A threshold between two scores says how it was read."""
    scores = np.zeros((1, 6, 5), np.float32)
    scores[0, 0, 1], scores[0, 1, 1] = 0.25, 1.5

    def found(add: str, value: float) -> int:
        builder = flexbuffers.Builder()
        with builder.Map():
            for key, number in _DETECTOR.items():
                builder.Key(key)
                if key == "nms_score_threshold":
                    getattr(builder, add)(value)
                else:
                    builder.Add(number)
        with HostRuntime(_detector(bytes(builder.Finish()), _FAR)) as runtime:
            runtime.invoke(np.zeros((1, 6, 4), np.float32), scores)
            return int(np.frombuffer(runtime.output(3), np.float32)[0])

    for add in ("Float", "IndirectFloat"):
        assert [found(add, value) for value in (0.2, 0.3, 1.5, 1.6)] == [2, 1, 1, 0], add
    for add in ("Int", "IndirectInt"):
        assert [found(add, value) for value in (-1, 1, 2)] == [3, 1, 0], add


def _binarize(options: bytes, shapes: tuple[int, int] = (8, 8), kinds: str = "INT8 INT8") -> bytes:
    source, made = (
        {"shape": [n], "dtype": kind, "scale": 0.5}
        for n, kind in zip(shapes, kinds.split(), strict=True)
    )
    return _model("Binarize", [source], [made], options)


def test_binarize_takes_one_small_integer_and_equal_ends() -> None:
    fine = bytes(flexbuffers.Dumps(-3))
    with HostRuntime(_binarize(fine)) as runtime:
        runtime.invoke(np.array([-128, -4, -3, -2, 0, 5, 126, 127], np.int8))
        assert np.frombuffer(runtime.output(), np.int8).tolist() == [-128] * 3 + [127] * 5
    wrong = [fine[:2], fine + b"\1", b"\5\x05\1", b"\5\4\2", bytes(flexbuffers.Dumps(300))]
    for options in wrong:
        with pytest.raises(RuntimeRefusedError, match="Binarize: its options are"):
            HostRuntime(_binarize(options))
    for model in (
        _binarize(fine, (8, 7)),
        _binarize(fine, kinds="UINT8 INT8"),
        _binarize(fine, kinds="INT8 UINT8"),
        _model("Binarize", [], [{"shape": [8], "scale": 0.5}], fine),
        _model("Binarize", [{"shape": [8], "scale": 0.5}], [], fine),
    ):
        with pytest.raises(RuntimeRefusedError, match="Binarize: takes one int8 tensor"):
            HostRuntime(model)


def test_a_root_is_shifted_by_up_to_31() -> None:
    values = {"shape": [2], "dtype": "UINT64"}
    shift = {"shape": [], "dtype": "INT32"}
    model = _model(
        "SignalFilterBankSquareRoot", [values, shift], [{"shape": [2], "dtype": "UINT32"}], {}
    )
    given = np.array([2**64 - 1, 0], np.uint64)
    with HostRuntime(model) as runtime:
        for by in (0, 1, 31):
            runtime.invoke(given, np.array(by, np.int32))
            roots = np.frombuffer(runtime.output(), np.uint32).tolist()
            assert roots == [(2**32 - 1) >> by, 0]
        for by in (-1, 32):
            with pytest.raises(RuntimeRefusedError):
                runtime.invoke(given, np.array(by, np.int32))


@pytest.mark.parametrize(
    ("energy", "weight", "width", "fine"),
    [
        (0, 0, 4, True),
        (1, 0, 3, True),
        (0, 2, 2, True),
        (4, 4, 0, True),
        (1, 0, 4, False),
        (0, 1, 4, False),
        (0, 0, 5, False),
        (-1, 0, 2, False),
        (0, -1, 2, False),
        (2, 2, -1, False),
    ],
)
def test_a_channel_reaches_no_further_than_its_tables(
    energy: int, weight: int, width: int, fine: bool
) -> None:
    ends = ([0, energy], [0, weight], [0, width])
    tables = [np.array(x, np.int16) for x in ([2] * 4, [0] * 4, *ends)]
    energies = {"shape": [4], "dtype": "UINT32"}
    inputs: list[dict[str, Any]] = [energies, *({"values": x} for x in tables)]
    made = [{"shape": [1], "dtype": "UINT64"}]
    model = _model("SignalFilterBank", inputs, made, {"num_channels": 1})
    with HostRuntime(model, arena_bytes=1 << 16) as runtime:
        if not fine:
            with pytest.raises(RuntimeRefusedError):
                runtime.invoke(np.ones(4, np.uint32))
            return
        runtime.invoke(np.ones(4, np.uint32))
        assert np.frombuffer(runtime.output(), np.uint64).tolist() == [2 * width]


def test_a_circular_buffer_holds_the_last_rows() -> None:
    row = {"shape": [1, 1, 2, 3], "scale": 0.5}
    rows, flag = {"shape": [1, 3, 2, 3], "scale": 0.5}, {"shape": [1], "dtype": "BOOL"}
    model = _model("CIRCULAR_BUFFER", [row], [rows, flag], {"cycles_max": 2})
    with HostRuntime(model, arena_bytes=1 << 16) as runtime:
        for _ in range(2):
            held = np.zeros((3, 6), np.int8)
            for i in range(7):
                given = np.arange(6 * i + 1, 6 * i + 7, dtype=np.int8)
                held = np.vstack([held[1:], given])
                runtime.invoke(given.reshape(1, 1, 2, 3))
                assert runtime.output(0) == held.tobytes()
                assert runtime.output(1) == bytes([i % 2])
            runtime.reset()


@pytest.mark.parametrize("prefill", [False, True])
def test_windows_of_a_signal_as_it_comes(prefill: bool) -> None:
    """Two rows, pieces of two steps of 3, windows of 7."""
    rng = np.random.default_rng(4)
    signal = rng.integers(-9999, 9999, (2, 30), dtype=np.int16)
    all_of_it = np.hstack([np.zeros((2, 4), np.int16), signal]) if prefill else signal
    model = _model(
        "SignalFramer",
        [{"shape": [2, 6], "dtype": "INT16"}],
        [{"shape": [2, 2, 7], "dtype": "INT16"}, _FLAG],
        {"frame_size": 7, "frame_step": 3, "prefill": prefill},
    )
    with HostRuntime(model, arena_bytes=1 << 16) as runtime:
        for piece in range(5):
            runtime.invoke(signal[:, 6 * piece : 6 * piece + 6])
            made = np.frombuffer(runtime.output(0), np.int16).reshape(2, 2, 7)
            ends = [3 * (2 * piece + frame + 1) + (4 if prefill else 0) for frame in range(2)]
            # Without zeros before it, the first window ends with the third step.
            full = [end >= 7 for end in ends]
            firsts = [end - 7 - (0 if prefill else (end - 7) % 3) for end in ends]
            for frame, first in enumerate(firsts):
                wanted = all_of_it[:, first : first + 7] if full[frame] else np.zeros((2, 7))
                assert made[:, frame].tolist() == wanted.tolist(), (piece, frame)
            assert runtime.output(1) == bytes([all(full)])


def test_a_delay_of_any_length_over_many_frames() -> None:
    signal = np.arange(1, 49, dtype=np.int16).reshape(2, 24)
    frame = {"shape": [2, 4], "dtype": "INT16"}
    for delay in (0, 1, 3, 4, 5, 9, 13):
        late = np.hstack([np.zeros((2, delay), np.int16), signal])
        model = _model("SignalDelay", [frame], [frame], {"delay_length": delay})
        with HostRuntime(model, arena_bytes=1 << 16) as runtime:
            for at in range(0, 24, 4):
                runtime.invoke(signal[:, at : at + 4])
                made = np.frombuffer(runtime.output(), np.int16).reshape(2, 4)
                assert made.tolist() == late[:, at : at + 4].tolist(), delay
