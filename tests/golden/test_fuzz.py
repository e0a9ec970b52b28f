"""A short run of what `invoke fuzz` runs by the hundred thousand, and all that it ever found."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from codegen.files.shared_models import SHARED_MODELS
from codegen.host.runtime import HostRuntime, RuntimeRefusedError
from codegen.model.tflite import Model
from verification import differential, python_fuzz
from verification.cases.core import fully_connected
from verification.cases.model_builder import small_cnn
from verification.differential import compare, run_differential
from verification.errors import VerificationError
from verification.fuzz import ACCEPTED, REFUSED, check_find, run_fuzz
from verification.fuzz_bases import base_models
from verification.python_fuzz import examine, run_python_fuzz

pytestmark = pytest.mark.golden

_FUZZ = Path(__file__).parents[1] / "fuzz"
_CORPUS = sorted((_FUZZ / "corpus").glob("*.tflite"))
_CONTRADICTIONS = sorted((_FUZZ / "contradictions").glob("*.tflite"))
_SHARED = sorted(SHARED_MODELS.glob("*.tflite"))
_ARENAS = [0, 100, 500, 1500, 4096, 65536, 1 << 20]


def test_mutated_models_do_no_harm(tmp_path: Path) -> None:
    # Of these seeds none computes for seconds, as one of some hundred does.
    report = run_fuzz(base_models(), 2000, seed=6001, finds_dir=tmp_path)
    assert report.passed, [f"seed {find.seed}: {find.reason}" for find in report.finds]
    assert report.executions == 2000
    # Were nearly all refused at once, the run would say little about the ops.
    assert report.accepted > 250


@pytest.mark.parametrize("path", _CORPUS + _CONTRADICTIONS, ids=lambda path: path.stem)
def test_a_former_find_does_no_harm(path: Path) -> None:
    for arena_bytes in _ARENAS:
        check_find(path, arena_bytes)
    (verdict,) = compare([path.read_bytes()])
    assert not verdict.wrong, verdict.words
    assert not examine(path.read_bytes()).wrong


def test_there_are_former_finds() -> None:
    assert _CORPUS and _CONTRADICTIONS


@pytest.mark.parametrize("path", _CONTRADICTIONS, ids=lambda path: path.stem)
def test_a_model_for_which_upstreams_answer_is_not_defined_is_refused(path: Path) -> None:
    with pytest.raises(RuntimeRefusedError):
        HostRuntime(path.read_bytes())


def test_mutated_models_get_the_oracles_bytes(tmp_path: Path) -> None:
    report = run_differential(base_models(), 4000, seed=50_000, finds_dir=tmp_path)
    assert report.passed, [f"seed {find.seed}: {find.reason}" for find in report.finds]
    assert report.executions == 4000 and report.accepted > 400
    assert report.accepted + report.others.total() == 4000


def test_other_bytes_than_the_oracles_are_a_find(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = differential._ours

    def wrong(content: bytes) -> differential.Answers:
        answers = ours(content)
        return (
            [bytes([out[0] ^ 1]) + out[1:] for out in answers]
            if isinstance(answers, list)
            else answers
        )

    monkeypatch.setattr(differential, "_ours", wrong)
    report = run_differential([small_cnn()], 100, seed=1, finds_dir=tmp_path)
    assert not report.passed and report.accepted == 0
    find = report.finds[0]
    assert "not the oracle's" in find.reason
    assert find.path == tmp_path / f"find-{find.seed}.tflite" and find.path.stat().st_size


@pytest.mark.parametrize("path", _SHARED, ids=lambda path: path.stem)
def test_what_runtime_and_oracle_accept_python_does_not_call_damaged(path: Path) -> None:
    """Models of others, where they lie beside the repository."""
    Model.read(path)
    (verdict,) = compare([path.read_bytes()])
    assert verdict in (ACCEPTED, REFUSED), verdict.words


def test_mutated_models_end_in_python_with_an_answer_or_one_message(tmp_path: Path) -> None:
    report = run_python_fuzz(base_models(), 120, seed=253, finds_dir=tmp_path)
    assert report.passed, [f"seed {find.seed}: {find.reason}" for find in report.finds]
    assert report.executions == 120 and report.accepted > 10


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        (lambda *_: [][1], "IndexError: list index out of range; test_fuzz.py"),
        (lambda *_: "a\x1b[2Jb", "not printable"),
        (lambda *_: len(b"x" * (python_fuzz.LIMIT_BYTES + 1)) and "", "B of memory"),
    ],
)
def test_what_python_must_not_do_is_a_find(
    what: object, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(python_fuzz, "show_plan", what)
    verdict = examine(small_cnn())
    assert verdict.wrong and reason in verdict.words


def test_truncated_models_are_refused(tmp_path: Path) -> None:
    model = fully_connected(np.random.default_rng(2)).model
    path = tmp_path / "cut.tflite"
    for size in [1, 3, 4, 7, 8, 12, len(model) // 2, len(model) - 1]:
        path.write_bytes(model[:size])
        check_find(path, 65536)  # the end may be unused text, so a cut model may still be sound
    path.write_bytes(model[:8])
    assert "malformed" in check_find(path, 65536)


def test_a_sound_model_is_accepted(tmp_path: Path) -> None:
    path = tmp_path / "sound.tflite"
    path.write_bytes(small_cnn())
    assert check_find(path, 65536) == "accepted"


def test_a_find_is_kept_and_can_be_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fuzzer that dies stands in for the real one, whose finds are all fixed."""
    program = tmp_path / "dying"
    program.write_text(
        "#!/bin/sh\n"
        'case "$1" in\n'
        "run)\n"
        '  if [ "$4" -gt 12 ]; then echo 3; exit 0; fi\n'
        "  printf '\\014\\0\\0\\0\\0\\0\\0\\0' > \"$3\"\n"
        '  echo "x.cc:1:2: runtime error: overflow" >&2; exit 1 ;;\n'
        'dump) echo model > "$4"; echo 777 ;;\n'
        "esac\n"
    )
    program.chmod(0o755)
    monkeypatch.setattr("verification.fuzz._fuzzer", lambda: program)
    report = run_fuzz([b"base"], 10, seed=5, finds_dir=tmp_path / "finds")
    assert not report.passed
    (find,) = report.finds
    assert (find.seed, find.arena_bytes) == (12, 777)
    assert "overflow" in find.reason
    assert find.path == tmp_path / "finds" / "find-12-777.tflite"
    assert find.path.read_text() == "model\n"
    assert report.executions == 10
    assert report.accepted == 3


def test_nothing_to_do_is_refused(tmp_path: Path) -> None:
    with pytest.raises(VerificationError, match="at least one"):
        run_fuzz([], 10, seed=1, finds_dir=tmp_path)
    with pytest.raises(VerificationError, match="at least one"):
        run_fuzz([b"x"], 0, seed=1, finds_dir=tmp_path)
