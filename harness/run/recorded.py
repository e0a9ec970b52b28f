"""What boards answered in earlier runs, out of runs/, for an evaluation on this machine."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from codegen.files.artifacts import INT8_MODEL
from codegen.files.manifest import sha256_file
from codegen.files.places import RUNS
from harness.errors import HarnessError
from harness.run.digits import holds_images, load_digits
from harness.run.run_folder import RESULT, Answer, read_answers

_EVERY_RUN = "*/run.json"


@dataclass(frozen=True)
class RecordedScores:
    """The scores of one board: int8 [N, outputs] for the N test digits at `indices`."""

    board_id: str
    run: str
    indices: NDArray[np.int64]
    scores: NDArray[np.int8]


def latest_scores(
    build_dir: Path, board_id: str | None = None, runs: Path = RUNS
) -> list[RecordedScores]:
    """Of each board, or of one, the last run of build_dir's model on its digits, by board id.

    A run writes scores down only where they differ from the oracle's, so the rest is the oracle's.
    Damaged folders and runs of other models or digits are passed over. Raises HarnessError, also
    if the board that was asked for has no run.
    """
    found = _latest(build_dir, runs)
    if board_id is None:
        return [found[board] for board in sorted(found)]
    if board_id not in found:
        raise HarnessError(
            f"{runs.name}/ has no run of {board_id} with this model and these digits; "
            f"run `invoke hil --board {board_id} --count all` first, or leave --board out"
        )
    return [found[board_id]]


def require_run(board_id: str, model: Path, how: str, runs: Path = RUNS) -> None:
    """Raises HarnessError if no run of the board with the model, which need not be there, was ever
    recorded. how: the command that makes one."""
    found = [path for path in runs.glob(_EVERY_RUN) if _board_of(path.parent) == board_id]
    if not found:
        raise HarnessError(f"{runs.name}/ has no run of {board_id}; run `{how}` first")
    model_sha256 = sha256_file(model) if model.is_file() else ""
    if not model_sha256 or all(_read(path).get("model_sha256") != model_sha256 for path in found):
        raise HarnessError(
            f"{runs.name}/ has no run of {board_id} with this model; run `{how}` first"
        )


def last_run_problem(
    board_id: str, model_sha256: str, build_id: str, how: str, runs: Path = RUNS
) -> str:
    """Why the last run of that model on the board is no proof of that image; "" if it is one."""
    for path in sorted(runs.glob(_EVERY_RUN), reverse=True):
        folder = path.parent
        tested = _read(path)
        if _board_of(folder) != board_id or tested.get("model_sha256") != model_sha256:
            continue
        if tested.get("build_id") != build_id:
            return (
                f"the last hil run of this model on {board_id}, {folder.name}, was of build "
                f"{tested.get('build_id')}, the image is {build_id} now; run `{how}`"
            )
        result = _read(folder / RESULT)
        if result.get("passed") is True:
            return ""
        reason = result.get("failure") or (
            f"{result['mismatches']} mismatches" if result.get("mismatches") else "see its result"
        )
        return (
            f"the last hil run of this model on {board_id}, {folder.name}, did not pass "
            f"({reason}); mend that, then run `{how}`"
        )
    return f"no hil run on {board_id} was of this model; run `{how}`"


def latest_results(build_dir: Path, runs: Path = RUNS) -> list[tuple[str, dict[str, Any]]]:
    """Of each board the last finished run of build_dir's model: (name of its folder, its
    result.json), by board id."""
    model_sha256 = sha256_file(build_dir / INT8_MODEL)
    found: dict[str, tuple[str, dict[str, Any]]] = {}
    for path in sorted(runs.glob(_EVERY_RUN), reverse=True):
        folder = path.parent
        result = _read(folder / RESULT)
        if result.get("model_sha256") == model_sha256 and "answered" in result:
            found.setdefault(_board_of(folder), (folder.name, result))
    return [found[board] for board in sorted(found)]


def _read(path: Path) -> dict[str, Any]:
    """A JSON object of a run's folder; empty where there is none or it is damaged."""
    try:
        document = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return document if isinstance(document, dict) else {}


def _board_of(folder: Path) -> str:
    """The board of runs/<date>-<time>-<board>[.<number>]."""
    return folder.name.split("-", 2)[-1].partition(".")[0]


def _latest(build_dir: Path, runs: Path) -> dict[str, RecordedScores]:
    model_sha256 = sha256_file(build_dir / INT8_MODEL)
    paths = sorted(runs.glob(_EVERY_RUN), reverse=True)
    if not paths:
        return {}
    if not holds_images(build_dir):  # their runs record no scores
        return {}
    oracle = load_digits(build_dir, None).oracle_scores
    found: dict[str, RecordedScores] = {}
    for path in paths:
        folder = path.parent
        board_id = _board_of(folder)
        if board_id in found:
            continue
        try:
            if json.loads(path.read_text("utf-8")).get("model_sha256") != model_sha256:
                continue
            answers = read_answers(folder / "answers.jsonl")
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            continue
        if answers and _same_digits(answers, oracle):
            found[board_id] = _scores(board_id, folder.name, answers, oracle)
    return found


def _same_digits(answers: dict[int, Answer], oracle: NDArray[np.int8]) -> bool:
    """Whether these digits were sent: an answer without a mismatch has the oracle's class."""
    return all(
        index < len(oracle)
        and (bool(answer.mismatches) or answer.predicted == int(oracle[index].argmax()))
        for index, answer in answers.items()
    )


def _scores(
    board_id: str, run: str, answers: dict[int, Answer], oracle: NDArray[np.int8]
) -> RecordedScores:
    indices = np.array(sorted(answers), np.int64)
    scores = oracle[indices].copy()
    for row, index in zip(scores, indices, strict=True):
        for mismatch in answers[int(index)].mismatches:
            row[:] = mismatch.device_scores
    return RecordedScores(board_id, run, indices, scores)
