"""PROFILE's reply and the table that is made of it."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from codegen.cost.op_rows import cost_lines
from codegen.model.tflite import Model
from harness.errors import CheckError
from harness.run import op_profile
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
    for total, share in [(1, 1.0), (0, 1.0)]:
        short: Any = OpProfile("host", model.sha256, "ns", total, (1, 0)).as_json(model)["ops"]
        assert short[0]["share"] == share


def test_predicted_costs_stand_beside() -> None:
    model = two_ops()
    found = OpProfile("host", model.sha256, "ns", 200, (75, 25), predicted={"cycles_0ws": [7, 9]})
    ops = found.as_json(model)["ops"]
    assert isinstance(ops, list)
    assert [row["cycles_0ws"] for row in ops] == [7, 9]
    title, first, second = cost_lines(model, found.ops, "ns", found.predicted)
    assert title.endswith(" cycles_0ws")
    assert (first.split()[-1], second.split()[-1]) == ("7", "9")


@pytest.fixture
def profiled(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs a profile of two ops on a device that times them so; what was said and the result."""
    model = two_ops()
    device = SimpleNamespace(info=lambda: INFO, op_ticks=(60, 20), asked=[])
    expected = SimpleNamespace(model_path=Path("m"), elf=Path("e"))

    @contextmanager
    def open_device(*_: object, **__: object) -> Iterator[Any]:
        device.profile = lambda inputs: messages.Profile(100, device.op_ticks)
        device.load_sample = lambda index, sample: device.asked.append((index, sample)) or 50
        yield device

    monkeypatch.setattr(op_profile.Expected, "load", lambda *_: expected)
    monkeypatch.setattr(op_profile.Model, "read", lambda _: model)
    monkeypatch.setattr(op_profile.identity, "check_info", lambda *_: None)
    monkeypatch.setattr(op_profile.link, "open_device", open_device)

    def run(board: str, folder: Path, **options: Any) -> tuple[list[str], OpProfile]:
        lines: list[str] = []
        return lines, op_profile.run(board, folder, say=lines.append, **options)

    run.device = device  # type: ignore[attr-defined]
    return run


INFO = SimpleNamespace(
    isa="dsp", runtime="own", model_sha256="ab", tick_hz=25_000_000, clock_hz=50_000_000
)


@pytest.mark.parametrize(
    ("board", "port", "unit", "total"),
    [
        # 100 ticks of 40 ns; in QEMU an instruction takes 2^5 ns
        ("mps2_an386", None, "instructions", 125),
        ("mps2_an386", "/dev/ttyX", "cycles", 200),
        ("host", None, "ns", 4000),
    ],
)
def test_what_a_tick_is_depends_on_who_counts(
    board: str, port: str | None, unit: str, total: int, profiled: Any, tmp_path: Path
) -> None:
    lines, found = profiled(board, tmp_path / "x", port=port, json_path=tmp_path / "out.json")
    assert found == OpProfile(board, "ab", unit, total, (total * 6 // 10, total // 5))
    assert lines[0] == f"x on {board} (dsp kernels of own)"
    between = total - sum(found.ops)
    assert lines[-1] == f"{total:,} {unit} an inference, {between:,} of them between the ops"
    assert json.loads((tmp_path / "out.json").read_text())["front_end"] is None


def test_a_front_end_is_timed_by_one_sample(
    profiled: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    front_end = SimpleNamespace(
        kind="audio", random_samples=lambda count, seed: [f"{count} by {seed}"]
    )
    monkeypatch.setattr(op_profile.parameters, "load", lambda _: front_end)
    lines, found = profiled("host", tmp_path)
    assert profiled.device.asked == [(0, "1 by 1")]
    assert found.front_end == 2000
    assert lines[-1] == "2,000 ns the front end (audio) besides, 33.3% of both"


@pytest.mark.parametrize("ticks", [(0, 0), (60,)])
def test_a_runtime_that_times_nothing_is_told(
    ticks: tuple[int, ...], profiled: Any, tmp_path: Path
) -> None:
    profiled.device.op_ticks = ticks
    count = sum(map(bool, ticks))
    with pytest.raises(CheckError, match=f"^profile: host timed {count} ops, the model has 2"):
        profiled("host", tmp_path)
    profiled.device.op_ticks = (0, 1)  # an op may take less than a tick
    profiled("host", tmp_path)
