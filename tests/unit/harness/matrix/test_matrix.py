"""The matrix: every pair gets its cell, whatever becomes of the others."""

import io
import json
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from codegen.boards.facts import Board, BoardError, list_boards, load_board
from codegen.cost.preflight import Preflight
from codegen.errors import BudgetError, CodegenError, UnsupportedModelError
from codegen.files.artifacts import INT8_MODEL
from codegen.files.markdown import marks
from codegen.model.tflite import Model
from codegen.samples.measures import ACCURACY, Measures
from harness.errors import DeviceTimeoutError, HarnessError
from harness.matrix import document, table
from harness.matrix import run as matrix
from harness.matrix.chosen_boards import choose_boards
from harness.matrix.outcome import Outcome, Result, passed
from harness.rig import rp2040js
from harness.run import hil
from harness.run.report import Report
from harness.wire.messages import SelfTest
from tests.unit.codegen.fakes import made_up_plan
from verification.cases.model_builder import small_cnn

GOOD = Report(
    board="",
    isa="dsp",
    runtime="mcuforge",
    samples="the test split",
    noun="digit",
    labels=[],
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
    samples_per_s=41.2,
    arena_bytes=3696,
    arena_used_bytes=3696,
    flash_bytes=39_996,
    ram_bytes=15_160,
    model_sha256="00" * 32,
    self_test=SelfTest(vectors=3, passed=3),
    unique_ids=[],
    parts=[],
)
BOARDS = [
    load_board(name)
    for name in ("host", "microbit", "mps2_an386", "mps2_an500", "stm32vldiscovery", "lm3s6965evb")
]
NO_RAM = BudgetError("arena needs 131072 B, stm32vldiscovery has 4096 B left", "RAM", 126_976)
NO_FLASH = BudgetError("firmware takes 300000 B of flash; choose a smaller one", "flash", 37_856)
LONG = "a_model_of_a_long_name"
REFUSED = "op 1 (SVDF) is not supported; replace the layer"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Of any model: a build folder."""
    (tmp_path / INT8_MODEL).write_bytes(small_cnn())
    return tmp_path


@pytest.fixture
def sources(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[matrix.Source]]:
    """Models by name; `svdf` and `lost` cannot be prepared. Of the boards one has no room by
    preflight, one by the linker, and for one nothing can be built."""

    def examine(model: Model, board: Board, **_: object) -> Preflight:
        if board.id == "stm32vldiscovery":
            return Preflight(model, board, (str(NO_RAM),), made_up_plan(1), None, NO_RAM)
        return Preflight(model, board, (), made_up_plan(1), None)

    def prepare(name: str) -> Path:
        if name == "svdf":
            raise UnsupportedModelError(REFUSED)
        if name == "lost":
            raise HarnessError("data: no such file")
        return folder

    def build(board: Board) -> None:
        assert board.id != "stm32vldiscovery", "has no room"
        if board.id == "lm3s6965evb":
            raise NO_FLASH
        if board.id == "mps2_an500":
            raise CodegenError("building mps2_an500 failed")

    def made(*names: str, count: str = "1000") -> list[matrix.Source]:
        return [
            matrix.Source(name, count, lambda name=name: prepare(name), build)  # type: ignore[misc]
            for name in names
        ]

    monkeypatch.setattr(matrix, "preflight", examine)
    return made


@pytest.fixture
def ran(folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, int]]:
    """host passes, microbit answers wrongly, mps2_an386 dies; (board, count, emulators) of each."""
    calls: list[tuple[str, str, int]] = []

    def fake(board_id: str, build_dir: Path, settings: hil.Settings, **options: Any) -> Report:
        assert build_dir == folder
        assert isinstance(settings.count, str) and settings.emulators
        calls.append((board_id, settings.count, settings.emulators))
        if board_id == "mps2_an386":
            raise DeviceTimeoutError("INFER", "no answer within 5 s")
        options["console"].print("mismatch: digit 7")
        wrong = 3 if board_id == "microbit" else 0
        counted = None if board_id == "host" else GOOD.instructions_per_inference
        return replace(GOOD, board=board_id, mismatches=wrong, instructions_per_inference=counted)

    monkeypatch.setattr(hil, "run", fake)
    return calls


def run(sources: list[matrix.Source], boards: list[Board], **options: Any) -> tuple[Any, list[str]]:
    """Outcomes, and the lines that were printed without what aligns them."""
    text = io.StringIO()
    outcomes = matrix.run(sources, boards, console=Console(file=text, width=80), **options)
    assert all(
        len(line) <= 80 for line in text.getvalue().splitlines() if line.endswith(("K", "passed"))
    )
    return outcomes, [" ".join(line.split()) for line in text.getvalue().splitlines()]


def test_a_failing_board_does_not_stop_the_others(
    sources: Any, ran: list[tuple[str, str, int]], tmp_path: Path
) -> None:
    path = tmp_path / "all.json"
    outcomes, lines = run(sources("tiny"), BOARDS, json_path=path)
    assert sorted(name for name, _, _ in ran) == ["host", "microbit", "mps2_an386"]
    assert [outcome.result.name for outcome in outcomes] == [
        *("PASSED", "FAILED", "FAILED", "FAILED", "NO_ROOM", "NO_ROOM")
    ]
    assert not passed(outcomes)
    assert "board isa flash RAM instructions samples/s result" in lines
    assert "host scalar 39,996 15,160 - 41.2 passed" in lines
    assert "microbit scalar 39,996 15,160 325,000 41.2 FAILED" in lines
    assert "mps2_an386 dsp - - - - FAILED" in lines
    assert "stm32vldiscovery scalar - - - - RAM -124K" in lines
    assert "lm3s6965evb scalar - - - - flash -37K" in lines
    assert "mismatch: digit 7" in lines
    assert lines.count("mismatch: digit 7") == 1  # what passes is told in a line
    wrong = "3 of 1,000 answers differ from the oracle, 0 digits were not answered"
    assert f"tiny on microbit FAILED: {wrong}" in lines
    assert "tiny on mps2_an500 FAILED: building mps2_an500 failed" in lines
    assert lines[0] == f"hil: 1 of 6: tiny on stm32vldiscovery: RAM -124K: {NO_RAM}"
    assert lines[-1] == "hil: 1 passed, 3 FAILED, 2 does not fit; 3 mismatches in 2,000 answers"

    host, microbit, mps2, _, small, _ = json.loads(path.read_text())
    assert (host["model"], host["core"], host["mismatches"]) == ("tiny", "host", 0)
    assert (host["result"], host["failure"], host["missing_bytes"]) == ("passed", None, None)
    assert microbit["mismatches"] == 3
    assert microbit["failure"].startswith("3 of 1,000")
    assert mps2["failure"] == "INFER: no answer within 5 s"
    assert (small["board"], small["result"]) == ("stm32vldiscovery", "does not fit")
    assert (small["failure"], small["missing_bytes"]) == (str(NO_RAM), 126_976)


def test_several_models_are_rows_and_go_on_after_one_that_cannot_be(
    sources: Any, ran: list[tuple[str, str, int]], tmp_path: Path
) -> None:
    page = tmp_path / "page.md"
    page.write_text("\n".join(marks("hil")))
    outcomes, lines = run(sources("svdf", "lost", LONG), BOARDS)
    assert len(ran) == 3
    assert "model host microbit mps2_an386 mps2_an500" in lines
    assert "svdf refused refused refused refused" in lines
    assert "lost FAILED FAILED FAILED FAILED" in lines
    assert f"{LONG} passed FAILED FAILED FAILED" in lines
    # the last boards, for which those before left no room in 80 columns
    assert "model stm32vldiscovery lm3s6965evb" in lines
    assert f"{LONG} RAM -124K flash -37K" in lines
    assert lines.count("hil: 6 of 18: svdf on 6 boards: refused: op 1 (SVDF) is not supported") == 1
    assert lines.count("svdf refused: op 1 (SVDF) is not supported") == 1
    assert f"lost on {', '.join(board.id for board in BOARDS)} FAILED: data: no such file" in lines

    document.update(page, outcomes, "abc")
    text = page.read_text()
    assert "commit abc" in text
    assert f"| {LONG} | passed | FAILED | FAILED | FAILED | RAM -124K | flash -37K |" in text
    assert "- svdf refused: op 1 (SVDF) is not supported\n" in text


def test_what_preflight_refuses_is_not_built(
    sources: Any, ran: list[tuple[str, str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(model: Model, board: Board, **_: object) -> Preflight:
        return Preflight(model, board, (REFUSED, "op 2"), None, None)

    monkeypatch.setattr(matrix, "preflight", refuse)
    outcomes, lines = run(sources("a", "b"), BOARDS[:2])
    assert not ran
    assert {one.result for one in outcomes} == {Result.REFUSED}
    assert outcomes[0].reason == f"{REFUSED}; op 2"
    assert lines[0] == "hil: 2 of 4: a on 2 boards: refused: op 1 (SVDF) is not supported"
    assert not passed(outcomes)  # nothing was checked


def test_what_cannot_be_is_no_failure() -> None:
    def outcomes(*results: Result) -> list[Outcome]:
        return [Outcome("m", board, one) for board, one in zip(BOARDS, results, strict=False)]

    assert passed(outcomes(Result.PASSED, Result.NO_ROOM, Result.REFUSED))
    assert not passed(outcomes(Result.PASSED, Result.FAILED))
    assert not passed(outcomes(Result.NO_ROOM, Result.REFUSED))
    assert not passed([])


def test_ctrl_c_ends_those_that_run_and_shows_what_there_is(
    sources: Any, ran: list[tuple[str, str, int]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    begun = threading.Event()
    ended: list[str] = []

    def fake(board_id: str, *_: Any, stopped: Callable[[], bool], **__: Any) -> Report:
        if board_id == "host":
            return replace(GOOD, board=board_id)
        if board_id == "microbit":
            assert begun.wait(10)
            raise KeyboardInterrupt
        begun.set()
        for _attempt in range(1000):
            if stopped():
                ended.append(board_id)
                raise HarnessError("hil: stopped before its end")
            time.sleep(0.01)
        raise AssertionError("nobody stopped it")

    monkeypatch.setattr(hil, "run", fake)
    path = tmp_path / "all.json"
    text = io.StringIO()
    with pytest.raises(KeyboardInterrupt):
        matrix.run(
            sources("a", "b", count="20"),
            BOARDS[:3],
            json_path=path,
            console=Console(file=text, width=80),
        )
    assert ended == ["mps2_an386"]
    assert [one["board"] for one in json.loads(path.read_text())] == ["host"]
    assert "hil: 1 passed; 0 mismatches" in text.getvalue()


@pytest.mark.parametrize(("count", "emulators"), [("100", 1), ("1000", 2), ("all", 2)])
def test_emulators_share_the_processors(
    sources: Any,
    ran: list[tuple[str, str, int]],
    monkeypatch: pytest.MonkeyPatch,
    count: str,
    emulators: int,
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    run(sources("tiny", count=count), BOARDS[:1])
    assert ran == [("host", count, emulators)]


def test_missing_memory_is_told_in_whole_kilobytes() -> None:
    def cell(missing_bytes: int) -> str:
        shortage = BudgetError("", "RAM", missing_bytes)
        return table.cell(Outcome("m", BOARDS[0], Result.NO_ROOM, shortage=shortage))

    assert [cell(1), cell(1024), cell(1025), cell(2 << 20)] == [
        *("RAM -1K", "RAM -1K", "RAM -2K", "RAM -2,048K")
    ]
    assert table.cell(None) == "-"


def test_all_is_every_board_that_runs_here() -> None:
    chosen = choose_boards("all")
    emulated = [board for board in list_boards() if board.status == "emulated"]
    assert [board for board in chosen if board.id != "pico"] == [
        board for board in emulated if board.id != "pico"
    ]
    assert len(emulated) == 15


def test_all_names_the_board_whose_emulator_nobody_asked_for_yet(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(rp2040js, "FOLDER", tmp_path / "none")
    assert "pico" not in [board.id for board in choose_boards("all")]
    assert "hil: pico is left out: its emulator is not here yet" in capsys.readouterr().out
    assert [board.id for board in choose_boards("host,pico")] == ["host", "pico"]


def test_a_list_keeps_its_order() -> None:
    assert [board.id for board in choose_boards("microbit,host")] == ["microbit", "host"]


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ("host,nope", "no board 'nope'"),
        ("host,", "no board ''"),
        ("host,host", "named twice"),
        ("host,microbit_v2", "microbit_v2 does not run in emulation; .*--port PORT"),
    ],
)
def test_wrong_choices(choice: str, message: str) -> None:
    with pytest.raises((BoardError, HarnessError), match=message):
        choose_boards(choice)
