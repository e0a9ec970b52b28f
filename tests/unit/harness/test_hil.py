"""A whole hil run without an emulator: the fake device stands behind link.open_device."""

import io
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from codegen.boards import load_board
from codegen.firmware_build import FirmwareInfo
from harness import hil, link
from harness.device import Device
from harness.digits import Digits
from harness.errors import CheckError, DeviceTimeoutError, HarnessError
from harness.expected import Expected
from tests.unit.harness.fake_device import BUILD_ID, MODEL_SHA256, FakeDevice, intact, lost

BOARD = load_board("mps2_an386")
COUNT = 30
JSON_KEYS = [
    "board",
    "isa",
    "sent",
    "answered",
    "correct",
    "accuracy",
    "oracle_accuracy",
    "mismatches",
    "retries",
    "instructions_per_inference",
    "digits_per_s",
    "arena_bytes",
    "flash_bytes",
    "ram_bytes",
    "model_sha256",
    "unique_ids",
]

MakeFake = Callable[[], FakeDevice]


def good() -> FakeDevice:
    return FakeDevice(board=BOARD.id.encode())


def make_digits() -> Digits:
    """The fake's scores are [-128, first pixel]."""
    images = np.full((COUNT, 4), 7, np.uint8)
    images[:, 0] = np.arange(COUNT) + 1
    scores = np.full((COUNT, 2), -128, np.int8)
    scores[:, 1] = images[:, 0]
    labels = np.ones(COUNT, np.uint8)
    labels[0] = 0
    return Digits(images, images.astype(np.int8), labels, scores)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[hil.Report, str]]:
    """hil.run with the given fake and digits; returns the report and what was printed."""

    def run_with(
        make: MakeFake = good, digits: Digits | None = None, **options: Any
    ) -> tuple[hil.Report, str]:
        expected = Expected(
            board=BOARD,
            model_path=Path("model.tflite"),
            elf=Path("firmware.elf"),
            image=FirmwareInfo(BOARD.id, BOARD.isa, BUILD_ID, MODEL_SHA256, 111, 222),
            model_sha256=MODEL_SHA256,
        )

        @contextmanager
        def open_device(*_: object, **__: object) -> Iterator[Device]:
            yield Device(make(), timeout_s=0.03)

        monkeypatch.setattr(Expected, "load", lambda *_: expected)
        monkeypatch.setattr(hil, "load_digits", lambda *_: digits or make_digits())
        monkeypatch.setattr(link, "open_device", open_device)
        out = io.StringIO()
        report = hil.run(BOARD.id, Path("build"), console=Console(file=out), **options)
        return report, out.getvalue()

    return run_with


@pytest.mark.parametrize("emulators", [1, 3])
def test_every_digit_is_answered_once_and_counted(
    run: Callable[..., tuple[hil.Report, str]], tmp_path: Path, emulators: int
) -> None:
    report, printed = run(emulators=emulators, json_path=tmp_path / "out.json")
    assert report.passed
    assert (report.sent, report.answered, report.correct) == (COUNT, COUNT, COUNT - 1)
    assert report.accuracy == report.oracle_accuracy == round((COUNT - 1) / COUNT, 6)
    # 1000 ticks at 25 MHz are 40,000 ns; an instruction takes 2^5 ns
    assert report.instructions_per_inference == 1250
    written = json.loads((tmp_path / "out.json").read_text())
    assert list(written) == JSON_KEYS
    assert written["mismatches"] == 0
    sizes = [written[key] for key in ("flash_bytes", "ram_bytes", "arena_bytes")]
    assert sizes == [111, 222, 4096]
    assert written["unique_ids"] == ["000102030405060708090a0b"]
    assert "PASSED" in printed
    assert f"mps2_an386: digits: {COUNT} of {COUNT}" in printed  # plain lines off a terminal


def test_one_wrong_bit_fails_the_run_and_is_shown(
    run: Callable[..., tuple[hil.Report, str]], tmp_path: Path
) -> None:
    digits = make_digits()
    digits.oracle_scores[25, 0] ^= 1
    report, printed = run(digits=digits, json_path=tmp_path / "out.json")
    assert not report.passed
    assert report.mismatches == 1
    assert json.loads((tmp_path / "out.json").read_text())["mismatches"] == 1
    assert "FAILED" in printed
    assert "mismatch: digit 25 (uint8 pixels): device [-128, 26], oracle [-127, 26]" in printed


def test_lost_replies_are_retried_and_counted(
    run: Callable[..., tuple[hil.Report, str]],
) -> None:
    def lossy() -> FakeDevice:
        fake = good()
        fake.replies = [lost, lost]
        fake.__post_init__()
        return fake

    report, _ = run(lossy)
    assert report.passed
    assert report.retries == 2


@pytest.mark.parametrize("emulators", [1, 2])
def test_another_models_firmware_stops_before_any_digit(
    run: Callable[..., tuple[hil.Report, str]], emulators: int
) -> None:
    fakes: list[FakeDevice] = []

    def stale() -> FakeDevice:
        fakes.append(FakeDevice(board=BOARD.id.encode(), model_sha256="ab" * 32))
        return fakes[-1]

    with pytest.raises(CheckError, match="model hash"):
        run(stale, emulators=emulators)
    assert all(fake.inferences == 0 for fake in fakes)


@pytest.mark.parametrize("emulators", [1, 2])
def test_a_device_that_falls_silent_ends_the_run(
    run: Callable[..., tuple[hil.Report, str]], emulators: int
) -> None:
    def dying() -> FakeDevice:
        fake = good()
        fake.replies = [intact] * 6 + [lost] * 1000
        fake.__post_init__()
        return fake

    with pytest.raises(DeviceTimeoutError, match=r"^INFER: no reply"):
        run(dying, emulators=emulators)


def test_one_failing_emulator_stops_the_others() -> None:
    stopped = threading.Event()
    order = iter(range(2))

    def work() -> None:
        if next(order) == 0:
            raise CheckError("the first one")
        assert stopped.wait(10)

    with pytest.raises(CheckError, match="the first one"):
        hil._run_all(work, 2, stopped.set)


@pytest.mark.parametrize(("count", "expected"), [("all", None), (None, None), ("12", 12), (7, 7)])
def test_count_is_a_number_or_all(count: int | str | None, expected: int | None) -> None:
    assert hil.parse_count(count) == expected


def test_any_other_count_is_bad_input() -> None:
    with pytest.raises(HarnessError, match="--count many: give a number") as error:
        hil.parse_count("many")
    assert error.value.exit_code == 2
