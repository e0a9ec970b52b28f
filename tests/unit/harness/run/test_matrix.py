"""The matrix: every board gets its row, whatever becomes of the others."""

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from codegen.boards.facts import BoardError, list_boards, load_board
from codegen.errors import BudgetError
from codegen.samples.measures import ACCURACY, Measures
from harness.errors import DeviceTimeoutError, HarnessError
from harness.run import hil, matrix
from harness.run.report import Report
from harness.wire.messages import SelfTest

GOOD = Report(
    board="",
    isa="dsp",
    runtime="mcuforge",
    samples="the test split",
    noun="digit",
    sent=1000,
    answered=1000,
    oracle="tflite-micro",
    device_measures=Measures("classify", 1000, {ACCURACY: 0.99}, []),
    oracle_measures=Measures("classify", 1000, {ACCURACY: 0.99}),
    mismatches=0,
    retries=0,
    damaged=0,
    reconnects=0,
    inference_us={},
    instructions_per_inference=325_000,
    digits_per_s=41.2,
    arena_bytes=3696,
    arena_used_bytes=3696,
    flash_bytes=39_996,
    ram_bytes=15_160,
    model_sha256="00" * 32,
    self_test=SelfTest(vectors=3, passed=3),
    unique_ids=[],
    parts=[],
)
BOARDS = [load_board(name) for name in ("host", "microbit", "mps2_an386", "stm32vldiscovery")]


def build(board_id: str) -> Path:
    if board_id == "stm32vldiscovery":
        raise BudgetError("arena needs 131072 B, stm32vldiscovery has 4096 B left")
    return Path("build") / board_id


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, int]]:
    """host passes, microbit answers wrongly, mps2_an386 dies; (board, count, emulators) of each."""
    calls: list[tuple[str, str, int]] = []

    def fake(board_id: str, build_dir: Path, settings: hil.Settings, **options: Any) -> Report:
        assert build_dir == Path("build") / board_id
        assert isinstance(settings.count, str) and settings.emulators
        calls.append((board_id, settings.count, settings.emulators))
        if board_id == "mps2_an386":
            raise DeviceTimeoutError("INFER", "no answer within 5 s")
        options["console"].print("mismatch: digit 7")
        wrong = 3 if board_id == "microbit" else 0
        return replace(GOOD, board=board_id, mismatches=wrong)

    monkeypatch.setattr(hil, "run", fake)
    return calls


def test_a_failing_board_does_not_stop_the_others(
    ran: list[tuple[str, str, int]], tmp_path: Path
) -> None:
    text = io.StringIO()
    path = tmp_path / "all.json"
    outcomes = matrix.run(
        BOARDS, build, count="1000", json_path=path, console=Console(file=text, width=80)
    )
    assert sorted(name for name, _, _ in ran) == ["host", "microbit", "mps2_an386"]
    assert [outcome.passed for outcome in outcomes] == [True, False, False, False]
    lines = [" ".join(line.split()) for line in text.getvalue().splitlines()]
    assert "board core isa flash RAM instructions digits/s mismatches result" in lines
    assert "host host scalar 39,996 15,160 325,000 41.2 0 passed" in lines
    assert "microbit Cortex-M0 scalar 39,996 15,160 325,000 41.2 3 FAILED" in lines
    assert "mps2_an386 Cortex-M4F dsp - - - - - FAILED" in lines
    assert "mismatch: digit 7" in lines
    assert "microbit failed: 3 of 1,000 answers differ from the oracle" in text.getvalue()
    assert "stm32vldiscovery failed: arena needs 131072 B" in text.getvalue()

    host, microbit, mps2, small = json.loads(path.read_text())
    assert (host["core"], host["mismatches"], host["failure"]) == ("host", 0, None)
    assert microbit["mismatches"] == 3
    assert microbit["failure"].startswith("3 of 1,000")
    assert mps2["failure"] == "INFER: no answer within 5 s"
    assert small["board"] == "stm32vldiscovery"


@pytest.mark.parametrize(("count", "emulators"), [("100", 1), ("1000", 2), ("all", 2)])
def test_emulators_share_the_processors(
    ran: list[tuple[str, str, int]], monkeypatch: pytest.MonkeyPatch, count: str, emulators: int
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    matrix.run(BOARDS[:1], build, count=count, console=Console(file=io.StringIO()))
    assert ran == [("host", count, emulators)]


def test_all_is_every_board_that_runs_here() -> None:
    chosen = matrix.choose_boards("all")
    assert chosen == [board for board in list_boards() if board.status == "emulated"]
    assert len(chosen) == 11


def test_a_list_keeps_its_order() -> None:
    assert [board.id for board in matrix.choose_boards("microbit,host")] == ["microbit", "host"]


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ("host,nope", "no board 'nope'"),
        ("host,", "no board ''"),
        ("host,host", "named twice"),
        ("host,nucleo_f411re", "nucleo_f411re does not run in emulation; .*--port PORT"),
    ],
)
def test_wrong_choices(choice: str, message: str) -> None:
    with pytest.raises((BoardError, HarnessError), match=message):
        matrix.choose_boards(choice)
