"""A whole hil run without an emulator: the fake device stands behind link.connect."""

import io
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from rich.console import Console

from codegen.boards.facts import load_board
from codegen.image.firmware_build import FirmwareInfo
from harness.errors import (
    CheckError,
    DeviceTimeoutError,
    HarnessError,
    PlaceLostError,
    PortError,
)
from harness.rig import link
from harness.rig.expected import Expected
from harness.run import hil, op_diff
from harness.run.digits import Digits
from harness.run.places import Places
from harness.run.report import PartReport
from harness.run.worker import Part
from harness.wire import ids, messages
from harness.wire.channel import LineCounts
from harness.wire.device import Device
from harness.wire.framing import Frame
from harness.wire.messages import Info, SelfTest
from harness.wire.trace import Trace
from harness.wire.transport import Line
from tests.unit.harness.wire.fake_device import BUILD_ID, MODEL_SHA256, FakeDevice, intact, lost

BOARD = load_board("mps2_an386")
COUNT = 30
JSON_KEYS = [
    "board",
    "isa",
    "runtime",
    "samples",
    "noun",
    "labels",
    "sent",
    "answered",
    "oracle",
    "mismatches",
    "retries",
    "damaged",
    "reconnects",
    "instructions_per_inference",
    "inference_us",
    "samples_per_s",
    "arena_bytes",
    "arena_used_bytes",
    "flash_bytes",
    "ram_bytes",
    "model_sha256",
    "self_test",
    "unique_ids",
    "parts",
    "correct",
    "accuracy",
    "oracle_accuracy",
    "confusion",
    "measures",
    "slices",
    "passed",
]

MakeFake = Callable[[], FakeDevice]


def good() -> FakeDevice:
    return FakeDevice(board=BOARD.id.encode())


class FakeConnection:
    """Opens one fake after the other, as a line that is cut is opened again."""

    def __init__(self, make: MakeFake, damage: Callable[[Line], Line]) -> None:
        self._make = make
        self._damage = damage

    @contextmanager
    def device(self, *, trace: Trace, console: Callable[[str], None]) -> Iterator[Device]:
        line = self._damage(self._make())
        yield Device(line, timeout_s=0.1, trace=trace, console=console)

    def find_again(self, needed: Callable[[], bool]) -> bool:
        return needed()


def make_digits() -> Digits:
    """The fake's scores are [-128, first pixel]."""
    images = np.full((COUNT, 4), 7, np.uint8)
    images[:, 0] = np.arange(COUNT) + 1
    scores = np.full((COUNT, 2), -128, np.int8)
    scores[:, 1] = images[:, 0]
    labels = np.ones(COUNT, np.uint8)
    labels[0] = 0
    return Digits(images, images.astype(np.int8), labels, scores, "made up")


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., tuple[hil.Report, str]]:
    """hil.run with the given fake, or one for each port; the report and what was printed."""

    def run_with(
        make: MakeFake | dict[str, MakeFake] = good,
        digits: Digits | None = None,
        **options: Any,
    ) -> tuple[hil.Report, str]:
        expected = Expected(
            board=BOARD,
            model_path=Path("model.tflite"),
            elf=Path("firmware.elf"),
            image=FirmwareInfo(BOARD.id, BOARD.isa, BUILD_ID, MODEL_SHA256, 111, 222),
            model_sha256=MODEL_SHA256,
        )

        @contextmanager
        def connect(
            *_: object, port: str | None, damage: Callable[[Line], Line], **__: object
        ) -> Iterator[Any]:
            yield FakeConnection(make[port or ""] if isinstance(make, dict) else make, damage)

        monkeypatch.setattr(Expected, "load", lambda *_: expected)
        monkeypatch.setattr(hil, "takes_digits", lambda _: True)
        monkeypatch.setattr(hil, "load_digits", lambda *_: digits or make_digits())
        monkeypatch.setattr(link, "connect", connect)
        out = io.StringIO()
        if isinstance(make, dict):
            options["ports"] = list(make)
        json_path = options.pop("json_path", None)
        stopped = options.pop("stopped", lambda: False)
        report = hil.run(
            BOARD.id,
            tmp_path,
            hil.Settings(**options),
            json_path=json_path,
            console=Console(file=out),
            runs=tmp_path / "runs",
            stopped=stopped,
        )
        return report, out.getvalue()

    return run_with


@pytest.mark.parametrize("emulators", [1, 3])
def test_every_digit_is_answered_once_and_counted(
    run: Callable[..., tuple[hil.Report, str]], tmp_path: Path, emulators: int
) -> None:
    report, printed = run(
        good,
        emulators=emulators,
        json_path=tmp_path / "out.json",
    )
    assert report.passed
    assert (report.sent, report.answered, report.correct) == (COUNT, COUNT, COUNT - 1)
    assert report.accuracy == report.oracle_accuracy == round((COUNT - 1) / COUNT, 6)
    # 1000 ticks at 25 MHz are 40,000 ns; an instruction takes 2^5 ns
    assert report.instructions_per_inference == 1250
    written = json.loads((tmp_path / "out.json").read_text())
    assert list(written) == JSON_KEYS
    assert written["mismatches"] == 0
    sizes = [written[key] for key in ("flash_bytes", "ram_bytes", "arena_used_bytes")]
    assert sizes == [111, 222, 4096]
    assert ("arena", "4,096 B, all used") in report.rows()
    upstream = replace(report, arena_bytes=5000)
    assert ("arena", "5,000 B, 4,096 B of them used") in upstream.rows()
    assert written["unique_ids"] == ["000102030405060708090a0b"]
    assert "PASSED" in printed


@pytest.mark.parametrize("emulators", [1, 2])
def test_a_run_that_is_stopped_ends_soon_and_is_no_passed_one(
    run: Callable[..., tuple[hil.Report, str]], tmp_path: Path, emulators: int
) -> None:
    asked = iter(range(100))
    with pytest.raises(HarnessError, match="stopped before its end"):
        run(emulators=emulators, stopped=lambda: next(asked, COUNT) >= 10)
    assert next(asked, COUNT) < COUNT * 2
    (result,) = (tmp_path / "runs").rglob("result.json")
    written = json.loads(result.read_text())
    assert "stopped" in written["failure"]
    assert written["answered"] < COUNT


def fake_diff(
    board_id: str,
    _: Path,
    *,
    sample: tuple[str, Any],
    port: str | None,
    say: Callable[[str], None],
    **__: Any,
) -> object:
    say(f"diff: {sample[0]} on {board_id} through {port}: op 3")
    return object()


def test_one_wrong_bit_fails_the_run_and_is_shown(
    run: Callable[..., tuple[hil.Report, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digits = make_digits()
    digits.oracle_scores[25, 0] ^= 1
    monkeypatch.setattr(op_diff, "run", fake_diff)
    report, printed = run(digits=digits, json_path=tmp_path / "out.json")
    assert not report.passed
    assert report.mismatches == 1
    assert json.loads((tmp_path / "out.json").read_text())["mismatches"] == 1
    assert "FAILED" in printed
    assert f"diff: digit 25 on {BOARD.id} through None: op 3" in printed
    assert "mismatch: digit 25 (uint8 pixels): device [-128, 26], oracle [-127, 26]" in printed


def test_the_op_is_asked_of_a_board_that_differed_and_the_lack_of_an_answer_told(
    run: Callable[..., tuple[hil.Report, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    digits = make_digits()
    digits.oracle_scores[:, 0] ^= 1
    monkeypatch.setattr(op_diff, "run", fake_diff)
    _, printed = run({"A": good}, digits, ports=["A"])
    assert f"diff: digit 0 on {BOARD.id} through A: op 3" in printed

    def refuse(*_: object, **__: object) -> None:
        raise HarnessError("diff: its memory plan is not known here")

    monkeypatch.setattr(op_diff, "run", refuse)
    report, printed = run({"A": good}, digits, ports=["A"])
    assert report.mismatches == COUNT
    assert "its memory plan is not known here" in printed


def test_a_failed_self_test_fails_the_run(run: Callable[..., tuple[hil.Report, str]]) -> None:
    report, printed = run()
    assert report.self_test == SelfTest(vectors=3, passed=3)
    assert "self-test" in printed
    assert "3 golden vectors passed" in printed

    def damaged() -> FakeDevice:
        return FakeDevice(board=BOARD.id.encode(), self_test=b"\x03\x01", unique_id=b"x")

    report, printed = run({"A": good, "B": damaged}, ports=["A", "B"])
    assert report.mismatches == 0
    assert not report.passed
    assert "golden vector 1 (of 0 to 2) FAILED" in printed


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


def boards(*chips: bytes) -> list[MakeFake]:
    """One board for each chip."""
    return [partial(FakeDevice, board=BOARD.id.encode(), unique_id=chip) for chip in chips]


def test_boards_on_several_ports_share_the_digits(
    run: Callable[..., tuple[hil.Report, str]],
) -> None:
    first, second = boards(b"1", b"2")
    report, printed = run({"A": first, "B": second})
    assert report.passed
    assert [part.name for part in report.parts] == ["A", "B"]
    assert sum(part.answered for part in report.parts) == report.answered == COUNT
    assert report.unique_ids == ["31", "32"]
    table = printed[printed.index("device ") :].splitlines()
    assert [line.split()[0] for line in table[1:4]] == ["A", "B", "all"]
    assert table[3].split()[1] == str(COUNT)


@dataclass
class Meeting(FakeDevice):
    """Answers no digit before its partner was asked for one, too; after that may die or fault.

    The one that holds out answers one digit, then waits for the other's end: else it could answer
    all of them before.
    """

    asked: threading.Event = field(default_factory=threading.Event)
    partner: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)
    ending: str = ""
    holds_out: bool = False

    def _serve(self, request: Frame) -> Frame:
        if request.type == messages.INFER:
            self.asked.set()
            assert self.partner.wait(10)
            if self.holds_out and self.inferences:
                assert self.ended.wait(10)
            if self.ending and self.inferences == 4:
                self.ended.set()
            if self.ending == "cut" and self.inferences == 4:
                raise PortError("writing to B: the line was cut")
            if self.ending == "fault" and self.inferences == 4:
                return Frame(ids.Event.FAULT, request.seq, bytes(12))
        return super()._serve(request)


def meeting(ending: str) -> dict[str, MakeFake]:
    """A board on A that holds out, one on B that answers 4 inputs and then ends that way."""
    first, second, ended = threading.Event(), threading.Event(), threading.Event()
    name = BOARD.id.encode()
    return {
        "A": lambda: Meeting(
            board=name,
            unique_id=b"1",
            asked=first,
            partner=second,
            ended=ended,
            holds_out=bool(ending),
        ),
        "B": lambda: Meeting(
            board=name, unique_id=b"2", asked=second, partner=first, ended=ended, ending=ending
        ),
    }


@pytest.mark.parametrize("ending", ["cut", "fault"])
def test_the_digits_of_a_board_that_dies_are_answered_by_the_others(
    run: Callable[..., tuple[hil.Report, str]],
    monkeypatch: pytest.MonkeyPatch,
    ending: str,
) -> None:
    def gone(*_: object) -> bool:
        raise PortError("opening B: no such port")

    monkeypatch.setattr(FakeConnection, "find_again", gone)
    report, printed = run(meeting(ending))
    assert (report.sent, report.answered, report.mismatches) == (COUNT, COUNT, 0)
    assert not report.passed  # a board that died is no board that passed
    assert not report.parts[0].failure
    assert report.parts[1].answered < COUNT == report.answered
    reason = {"cut": "opening B: no such port", "fault": "INFER: the processor took a fault"}
    assert (report.parts[1].failure or "").startswith(reason[ending])
    assert f"B failed, the others go on: {reason[ending]}" in printed
    assert "FAILED" in printed


def test_a_board_that_never_came_up_ends_the_run(
    run: Callable[..., tuple[hil.Report, str]],
) -> None:
    def absent() -> FakeDevice:
        raise PortError("opening B: no such port")

    (first,) = boards(b"1")
    with pytest.raises(PortError, match="opening B"):
        run({"A": first, "B": absent})


def test_the_same_board_on_two_ports_is_refused(
    run: Callable[..., tuple[hil.Report, str]],
) -> None:
    first, again = boards(b"1", b"1")
    with pytest.raises(CheckError, match=r"(A and B|B and A) lead to the same chip 31"):
        run({"A": first, "B": again})
    with pytest.raises(HarnessError, match="--port A is given twice"):
        run(good, ports=["A", "A"])


def test_one_that_never_came_up_stops_the_others() -> None:
    stopped = threading.Event()

    def work(number: int) -> None:
        if number == 0:
            raise CheckError("the first one")
        assert stopped.wait(10)

    with pytest.raises(CheckError, match="the first one"):
        hil._run_all(work, [Part("1"), Part("2")], stopped.set, Console())


class FakePlaces:
    """Of which some were set aside."""

    def __init__(self) -> None:
        self.aside: dict[str, str] = {}

    def set_aside(self, name: str, why: str) -> None:
        self.aside[name] = why


@pytest.mark.parametrize(
    ("error", "came_up", "is_set_aside"),
    [
        (PortError("no line"), True, True),
        (PlaceLostError("lost"), True, True),
        (CheckError("another build"), False, True),
        (CheckError("another answer"), True, False),
        (DeviceTimeoutError("INFER", "silent"), True, False),
    ],
)
def test_a_place_that_fails_is_given_back(
    error: HarnessError, came_up: bool, is_set_aside: bool
) -> None:
    """The run passes without it, unless it may have failed by the image."""

    def work(number: int) -> None:
        if number == 0:
            raise error

    parts, places = [Part("1"), Part("2")], FakePlaces()
    if came_up:
        parts[0].info = cast(Info, object())
    hil._run_all(work, parts, lambda: None, Console(), cast(Places, places))
    assert places.aside == {"1": str(error)}
    assert (parts[0].failure, parts[0].is_set_aside) == (str(error), is_set_aside)


@pytest.mark.parametrize(("count", "expected"), [("all", None), (None, None), ("12", 12), (7, 7)])
def test_count_is_a_number_or_all(count: int | str | None, expected: int | None) -> None:
    assert hil.parse_count(count) == expected


def test_any_other_count_is_bad_input() -> None:
    wrong: list[tuple[Any, str]] = [("many", "give a number"), (0, "choose 1 or more"), ("-1", "")]
    for count, message in wrong:
        with pytest.raises(HarnessError, match=f"--count {count}: {message}") as error:
            hil.parse_count(count)
        assert error.value.exit_code == 2
    assert hil.parse_count(1) == 1


def test_a_baud_rate_is_one_of_the_protocol() -> None:
    fine: list[tuple[Any, int | None]] = [(None, None), ("auto", None), ("1", 1), (2**32 - 1,) * 2]
    for baud, rate in fine:
        assert hil.Settings(baud=baud).own_baud == rate
    wrong: list[tuple[Any, str]] = [("fast", "give a rate"), (0, "choose 1"), (2**32, "choose 1")]
    for baud, message in wrong:
        with pytest.raises(HarnessError, match=f"--baud {baud}: {message}"):
            hil.Settings(baud=baud).check()


@pytest.mark.parametrize(
    ("processors", "count", "emulators"),
    [(8, 199, 1), (8, 399, 1), (8, 400, 2), (8, 10_000, 4), (2, 10_000, 2), (None, 10_000, 1)],
)
def test_how_many_emulators_are_worth_their_start(
    processors: int | None, count: int, emulators: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hil.os, "cpu_count", lambda: processors)
    assert hil.default_emulators(count) == emulators


@pytest.mark.parametrize(
    ("there", "subject"),
    [
        (("digits.npz",), ("digits", 7)),
        (("inputs.npz", "digits.npz"), ("inputs", 7)),
        (("digits.npz", ""), ("data", 7)),
        ((), ("random", 7)),
    ],
)
def test_what_is_sent_is_what_the_folder_has(
    there: tuple[str, ...],
    subject: tuple[str, int],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in filter(None, there):
        (tmp_path / name).touch()
    monkeypatch.setattr(hil, "takes_digits", lambda _: there == ("digits.npz",))
    monkeypatch.setattr(hil, "load_digits", lambda _, number: ("digits", number))
    monkeypatch.setattr(hil, "DigitSubject", lambda digits, every_format: digits)
    for kind in ("inputs", "data", "random"):
        monkeypatch.setattr(hil, f"{kind}_subject", lambda _, number, kind=kind: (kind, number))
    found: Any = hil.load_subject(tmp_path, "7")
    assert found == subject
    everything: Any = hil.load_subject(tmp_path, "all")
    assert everything == (
        subject[0], 1000 if subject[0] == "random" else None
    )  # fmt: skip


def test_damage_at_either_end_is_counted() -> None:
    parts = [Part("A", lines=LineCounts(1, 2, 3, 4), answered=9, reconnects=5, failure="x")]
    parts.append(replace(parts[0], name="B", failure=""))
    first, second = (hil._row(part, elapsed_s=2.0) for part in parts)
    assert first == PartReport("A", "", 9, 0, 1, 5, 5, 4.5, "x")
    assert second == replace(first, name="B", failure=None)


def test_a_real_boards_instructions_are_not_reckoned_as_its_emulators(
    run: Callable[..., tuple[hil.Report, str]],
) -> None:
    report, printed = run({"/dev/ttyA": good})
    assert report.instructions_per_inference is None
    assert re.search(r"instructions per inference +not counted\n", printed)


@pytest.mark.parametrize("asked", [False, True])
def test_frames_are_shown_where_that_is_asked_for(
    asked: bool, run: Callable[..., tuple[hil.Report, str]], capsys: pytest.CaptureFixture[str]
) -> None:
    run(**({"trace": True} if asked else {}))
    assert ("INFER" in capsys.readouterr().err) == asked


def test_statistics_and_confusions_are_of_all_digits(
    run: Callable[..., tuple[hil.Report, str]],
) -> None:
    report, printed = run()
    assert report.inference_us == {"min": 40, "median": 40, "p99": 40, "max": 40}
    assert report.confusion == [[0, 1], [0, COUNT - 1]]
    assert "0 as 1: 1" in printed


def test_confusions_name_the_classes(
    run: Callable[..., tuple[hil.Report, str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    facts = {"source": "", "path": "", "train_count": 1, "test_count": 1, "sha256": {}}
    (tmp_path / "data.json").write_text(json.dumps({**facts, "labels": ["cat", "dog"]}))
    report, printed = run()
    assert report.labels == ["cat", "dog"]
    assert "cat as dog: 1" in printed


class Cut(FakeDevice):
    """A line that is cut after so many reads."""

    reads_left = 12

    def read(self, timeout_s: float) -> bytes:
        self.reads_left -= 1
        if self.reads_left < 0:
            raise PortError("reading fake: the line was cut")
        return super().read(timeout_s)


def cut() -> FakeDevice:
    return Cut(board=BOARD.id.encode(), window=3)


def test_a_line_that_is_cut_is_opened_again_and_no_digit_is_lost_or_double(
    run: Callable[..., tuple[hil.Report, str]],
) -> None:
    report, printed = run(cut)
    assert report.passed
    assert report.answered == COUNT
    assert report.reconnects >= 2
    assert "the line was cut; waiting for it" in printed


def test_a_line_that_brings_nothing_before_the_next_cut_ends_the_run(
    run: Callable[..., tuple[hil.Report, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Cut, "reads_left", 1)
    with pytest.raises(PortError, match="the line was cut"):
        run(cut)


def test_another_chip_after_a_cut_is_refused(
    run: Callable[..., tuple[hil.Report, str]],
) -> None:
    chips = iter([b"one", b"two"])

    def other() -> FakeDevice:
        return Cut(board=BOARD.id.encode(), unique_id=next(chips))

    with pytest.raises(CheckError, match=r"after the cut another .*chip 74776f, before 6f6e65"):
        run(other)


def test_a_run_that_ended_early_is_resumed_where_it_was(
    run: Callable[..., tuple[hil.Report, str]], tmp_path: Path
) -> None:
    def dying() -> FakeDevice:
        fake = good()
        fake.replies = [intact] * 25 + [lost] * 1000
        fake.__post_init__()
        return fake

    with pytest.raises(DeviceTimeoutError):
        run(dying)
    (folder,) = (tmp_path / "runs").iterdir()
    answers = folder / "answers.jsonl"
    done = len(answers.read_text().splitlines())
    assert 0 < done < COUNT
    ended = json.loads((folder / "result.json").read_text())
    assert ended["answered"] == done
    assert re.match("INFER: no reply from fake within", ended["failure"])
    answers.write_text(answers.read_text() + '{"index": 2')  # killed while it wrote
    fakes: list[FakeDevice] = []

    def remember() -> FakeDevice:
        fakes.append(good())
        return fakes[-1]

    report, printed = run(remember, resume=True)
    assert report.passed
    assert (report.sent, report.answered) == (COUNT, COUNT)
    assert f"answered in an earlier part  {done}" in printed
    asked_again = COUNT - done
    assert fakes[0].inferences <= 3 * asked_again
    assert len(answers.read_text().splitlines()) == COUNT
    assert "failure" not in json.loads((folder / "result.json").read_text())
    assert "INFER" in (folder / "trace.log").read_text()
    with pytest.raises(HarnessError, match="has ended; leave --resume out"):
        run(resume=True)


def test_another_model_is_not_resumed(
    run: Callable[..., tuple[hil.Report, str]], tmp_path: Path
) -> None:
    with pytest.raises(HarnessError, match="no run of mps2_an386"):
        run(resume=True)
    run()
    (folder,) = (tmp_path / "runs").iterdir()
    (folder / "result.json").unlink()
    facts = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps(facts | {"model_sha256": "ab"}))
    with pytest.raises(HarnessError, match=r"tested model_sha256 ab, now it is .*leave --resume"):
        run(resume=True)


def test_faults_are_injected_detected_and_told(
    run: Callable[..., tuple[hil.Report, str]],
) -> None:
    report, printed = run(fault="flip=1e-2,drop=1e-3,split", seed=3)
    assert report.passed
    assert report.damaged > 0
    assert "flip" in printed
    assert report.retries > 0
