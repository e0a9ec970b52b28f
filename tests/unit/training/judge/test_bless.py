"""The gate: what may replace the blessed model, what may not, and what is kept of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from codegen.files.artifacts import BLESSED_MODEL, INT8_MODEL, TEST_SPLIT
from training import artifacts
from training.errors import ArtifactError
from training.judge import bless
from training.judge.bless import Margins, NotBlessedError, Quality


def both(one: float, other: float) -> dict[str, float]:
    return {"class 0": one, "class 1": other}


BEFORE = Quality("a", "accuracy", 0.9940, both(0.99, 0.98))


@pytest.mark.parametrize(
    ("accuracy", "recall", "reasons"),
    [
        (0.9950, both(1.00, 0.98), []),
        (0.9930, both(0.98, 0.98), []),  # exactly the margins
        (
            0.9929,
            both(0.99, 0.98),
            ["int8 accuracy 99.29%, the blessed model has 99.40%"],
        ),
        (
            0.9950,
            both(1.00, 0.969),
            ["recall of class 1 96.90%, the blessed model has 98"],
        ),
        (
            0.5,
            both(0.5, 0.5),
            ["int8 accuracy", "recall of class 0", "recall of class 1"],
        ),
    ],
)
def test_what_is_worse_is_named(
    accuracy: float, recall: dict[str, float], reasons: list[str]
) -> None:
    found = bless.worse(Quality("b", "accuracy", accuracy, recall), BEFORE, Margins(0.1, 1.0))
    assert len(found) == len(reasons)
    assert all(text.startswith(start) for text, start in zip(found, reasons, strict=True))


@pytest.mark.parametrize(("rmse", "accepted"), [(1.0, True), (1.001, True), (1.002, False)])
def test_an_error_may_grow_by_its_share(rmse: float, accepted: bool) -> None:
    before = Quality("a", "RMSE", 1.0, {"group 3": 2.0})
    found = bless.worse(Quality("b", "RMSE", rmse, {"group 3": 1.0}), before, Margins(0.1, 1.0))
    assert found == [] if accepted else found[0].startswith("int8 RMSE 1.002, the blessed")
    worse = bless.worse(Quality("b", "RMSE", 1.0, {"group 3": 2.1}), before, Margins(0.1, 1.0))
    assert worse[0].startswith("RMSE of group 3 2.1, the blessed model has 2 and may be missed by")


@pytest.mark.parametrize("fine", [0.0, 100.0])
def test_margins_are_percentage_points(fine: float) -> None:
    assert Margins(accuracy=fine, recall=fine).recall == fine


@pytest.mark.parametrize("bad", [{"accuracy": -1.0}, {"recall": float("nan")}, {"recall": 100.5}])
def test_margins_that_mean_nothing_are_refused(bad: dict[str, float]) -> None:
    with pytest.raises(ArtifactError, match="give percentage points, 0 to 100"):
        Margins(**bad)


@pytest.fixture
def candidate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes models of a stated accuracy pass through the gate."""
    build_dir = tmp_path / "tiny"

    def quality(content: bytes, _: Path) -> Quality:
        import hashlib

        accuracy = float(content)
        sha256 = hashlib.sha256(content).hexdigest()
        return Quality(sha256, "accuracy", accuracy, {"class 0": accuracy})

    monkeypatch.setattr(bless, "_quality", quality)
    artifacts.atomic_write(build_dir / TEST_SPLIT, b"digits")

    def through(accuracy: float, problems: tuple[str, ...] = ()) -> list[str]:
        artifacts.atomic_write(build_dir / INT8_MODEL, str(accuracy).encode())
        return bless.bless(build_dir, tmp_path, Margins(), problems, {"board": "host"})

    return through


def test_the_better_one_is_deployed_and_the_worse_one_is_not(
    candidate: Any, tmp_path: Path
) -> None:
    with pytest.raises(ArtifactError, match="no model is blessed yet"):
        bless.blessed(tmp_path)
    assert candidate(0.99) == ["blessed: int8 accuracy 99.00%, the first one"]
    with pytest.raises(NotBlessedError, match=r"not blessed: int8 accuracy .*; recall") as caught:
        candidate(0.97)
    assert caught.value.exit_code == 1
    assert bless.blessed(tmp_path).read_bytes() == b"0.99"
    (line,) = candidate(0.995)
    assert line.startswith("blessed: int8 accuracy 99.50%, before 99.00%")
    assert bless.blessed(tmp_path).read_bytes() == b"0.995"
    kept = [json.loads(line) for line in (tmp_path / bless.DECISIONS).read_text().splitlines()]
    assert [one["accepted"] for one in kept] == [True, False, True]
    assert len(kept[1]["reasons"]) == 2 and kept[1]["board"] == "host"
    assert kept[2]["blessed_before"]["value"] == 0.99


def test_a_better_one_that_the_board_has_no_room_for_is_not_deployed(
    candidate: Any, tmp_path: Path
) -> None:
    candidate(0.9)
    with pytest.raises(NotBlessedError, match=r"not blessed: flash 2 B, budget 1 B$"):
        candidate(0.99, ("flash 2 B, budget 1 B",))
    assert bless.blessed(tmp_path).read_bytes() == b"0.9"


def test_a_blessed_model_that_was_changed_is_not_deployed(candidate: Any, tmp_path: Path) -> None:
    candidate(0.9)
    (tmp_path / BLESSED_MODEL).write_bytes(b"0.1")
    with pytest.raises(ArtifactError, match="not the model that was blessed last"):
        bless.blessed(tmp_path)


@pytest.mark.parametrize(
    ("name", "before", "after", "loss"),
    [
        ("accuracy", 0.9, 0.88, 2.0),
        ("AUC", 0.5, 0.75, -25.0),
        ("RMSE", 2.0, 2.5, 25.0),
        ("MAE", 2.0, 1.0, -50.0),
        ("RMSE", 0.0, 0.0, 0.0),  # of nothing there is no share
        ("RMSE", 0.0, 0.1, 1.0),
    ],
)
def test_how_much_worse(name: str, before: float, after: float, loss: float) -> None:
    assert bless._loss(name, before, after) == loss
