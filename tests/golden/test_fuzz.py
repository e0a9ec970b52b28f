"""A short run of what `invoke fuzz` runs by the hundred thousand, and all that it ever found."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from verification.cases.core import fully_connected
from verification.cases.fuzz_bases import base_models
from verification.cases.model_builder import small_cnn
from verification.errors import VerificationError
from verification.fuzz import check_find, run_fuzz

pytestmark = pytest.mark.golden

_CORPUS = sorted((Path(__file__).parents[1] / "fuzz" / "corpus").glob("*.tflite"))
_ARENAS = [0, 100, 500, 1500, 4096, 65536, 1 << 20]


def test_mutated_models_do_no_harm(tmp_path: Path) -> None:
    report = run_fuzz(base_models(), 5000, seed=1, finds_dir=tmp_path)
    assert report.passed, [f"seed {find.seed}: {find.reason}" for find in report.finds]
    assert report.executions == 5000
    # Were nearly all refused at once, the run would say little about the ops.
    assert report.accepted > 250


@pytest.mark.parametrize("path", _CORPUS, ids=lambda path: path.stem)
def test_a_former_find_does_no_harm(path: Path) -> None:
    for arena_bytes in _ARENAS:
        check_find(path, arena_bytes)


def test_there_are_former_finds() -> None:
    assert _CORPUS


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
