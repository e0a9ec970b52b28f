"""A compression is checked before it starts; what its process reports comes out as one line."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from codegen.files.artifacts import FLOAT_MODEL
from training import artifacts
from training.compression import compress
from training.compression.options import METHODS, Options, chosen, require_task
from training.errors import ArtifactError, CompressionError


def test_a_method_takes_its_own_options_and_all_takes_every_one() -> None:
    assert chosen("prune", {"sparsity": 0.8, "clusters": None}) == (["prune"], Options(0.8))
    given = {"sparsity": 0.25, "schedule": "constant", "clusters": 8, "epochs": 2}
    assert chosen("all", given) == (list(METHODS), Options(0.25, "constant", 8, 2))


@pytest.mark.parametrize(
    ("method", "given", "message"),
    [
        ("shrink", {}, "unknown compression method 'shrink'; known: qat, prune, "),
        ("qat", {"sparsity": 0.5}, "--sparsity: qat does not take it; it is for prune, "),
        ("prune", {"clusters": 8}, "--clusters: prune does not take it; it is for cluster, pcqat"),
        ("prune", {"sparsity": 1.0}, "--sparsity 1.0: give the share that goes, above 0"),
        ("prune", {"sparsity": float("nan")}, "--sparsity nan: "),
        ("prune", {"schedule": "cubic"}, "--schedule cubic: unknown; known: polynomial, constant"),
        ("prune", {"sparsity": 0.0}, "--sparsity 0.0: give the share that goes, above 0"),
        ("cluster", {"clusters": 1}, "--clusters 1: give 2 to 256"),
        ("cluster", {"clusters": 257}, "--clusters 257: give 2 to 256"),
        ("qat", {"epochs": 0}, "--epochs 0: give 1 or more"),
    ],
)
def test_what_cannot_work_is_refused(method: str, given: dict[str, Any], message: str) -> None:
    with pytest.raises(CompressionError) as caught:
        chosen(method, given)
    assert str(caught.value).startswith(message)
    assert caught.value.exit_code == 2


def test_what_just_works() -> None:
    for clusters in (2, 256):
        assert chosen("cluster", {"clusters": clusters})[1].clusters == clusters
    assert chosen("qat", {"epochs": 1}) == (["qat"], Options(epochs=1))
    assert chosen("all", {"clusters": 9, "epochs": None})[1] == Options(clusters=9)
    require_task("classify")
    with pytest.raises(CompressionError, match=r"fine-tunes classifiers, .* is regress"):
        require_task("regress")


@pytest.mark.parametrize(
    ("code", "stdout", "message", "exit_code"),
    [
        (
            1,
            json.dumps({"message": "the loss became nan", "exit_code": 1}),
            "the loss became nan",
            1,
        ),
        (-9, "", "prune: its process ended with code -9; its messages are above", 1),
    ],
)
def test_a_failed_process_leaves_the_older_model(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    code: int,
    stdout: str,
    message: str,
    exit_code: int,
) -> None:
    older = compress.model_file(tmp_path, "prune")
    artifacts.atomic_write(older, b"the older one")
    artifacts.atomic_write(tmp_path / FLOAT_MODEL, b"")
    monkeypatch.setattr(
        subprocess, "run", lambda command, **_: subprocess.CompletedProcess(command, code, stdout)
    )
    with pytest.raises(compress.WorkerError) as caught:
        compress.compress(tmp_path, "tiny", "prune", Options(), seed=1, calibration=20)
    assert (str(caught.value), caught.value.exit_code) == (message, exit_code)
    assert older.read_bytes() == b"the older one"
    monkeypatch.setattr(
        subprocess, "run", lambda command, **_: subprocess.CompletedProcess(command, 130, "")
    )
    with pytest.raises(KeyboardInterrupt):
        compress.compress(tmp_path, "tiny", "prune", Options(), seed=1, calibration=20)


def test_a_model_that_was_not_trained_is_asked_for_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compress, "_run_worker", lambda _: pytest.fail("it was started"))
    with pytest.raises(ArtifactError, match="train"):
        compress.compress(tmp_path, "tiny", "prune", Options(), seed=1, calibration=20)
