"""runs/<time>-<board>/: what a run saw, kept so that it can be read later and resumed.

run.json       what was tested: model, image, number of digits
answers.jsonl  one line a digit, written as it is answered
console.log    text and LOG messages of the device    (console-2.log of the second emulator)
trace.log      every frame, with the time since the one before
result.json    the report; of a run that ended early why, and how many digits were answered. Without
               this file the harness was killed.
"""

import json
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

from codegen.errors import CodegenError
from codegen.files.manifest import atomic_write
from harness.errors import HarnessError

RESULT = "result.json"


@dataclass(frozen=True)
class Mismatch:
    """One input on which device and oracle differ: all scores, or the first value that differs."""

    index: int
    device_scores: tuple[float, ...]
    oracle_scores: tuple[float, ...]
    path: str  # how it was sent, or where in the outputs the first value stands
    output: int = 0
    step: int = 0  # of a sequence

    def __str__(self) -> str:
        return (
            f"{self.index} ({self.path}): device {list(self.device_scores)}, "
            f"oracle {list(self.oracle_scores)}"
        )


@dataclass(frozen=True)
class Answer:
    """What came back for one sample."""

    index: int
    predicted: int | None  # None where the model chooses no class
    ticks: int  # of the last format that it was sent in
    mismatches: tuple[Mismatch, ...]


class RunFolder:
    """The folder of one run; `answers` has what an earlier part of the run recorded."""

    def __init__(self, path: Path, answers: dict[int, Answer]) -> None:
        self.path = path
        self.result = path / RESULT
        self.answers = answers
        self._files = ExitStack()
        self._lock = threading.Lock()
        self._record = self.open_log("answers.jsonl")

    @classmethod
    def create(cls, runs: Path, board_id: str, facts: dict[str, Any]) -> "RunFolder":
        """A new folder for a run that tests `facts`. Raises HarnessError if it cannot be made."""
        stem = f"{time.strftime('%Y%m%d-%H%M%S')}-{board_id}"
        try:
            runs.mkdir(exist_ok=True)
            path = _make_unique(runs, stem)
            atomic_write(path / "run.json", (json.dumps(facts, indent=2) + "\n").encode())
            return cls(path, {})
        except OSError as error:
            raise HarnessError(f"run folder {runs / stem}: {error.strerror}") from error

    @classmethod
    def resume(cls, runs: Path, board_id: str, facts: dict[str, Any]) -> "RunFolder":
        """The folder of the last run of that board, which must not have ended and tested `facts`.

        Raises HarnessError that says what to do instead.
        """
        path = stopped_run(runs, board_id)
        recorded = json.loads((path / "run.json").read_text("utf-8"))
        for name, value in facts.items():
            if recorded.get(name) != value:
                raise HarnessError(
                    f"--resume: {path.name} tested {name} {recorded.get(name)}, now it is {value}; "
                    "leave --resume out"
                )
        answers = path / "answers.jsonl"
        _cut_last_line(answers)
        return cls(path, read_answers(answers))

    def open_log(self, name: str) -> TextIO:
        """A file of the folder to append to; it is closed with the folder."""
        return self._files.enter_context(
            (self.path / name).open("a", buffering=1, encoding="utf-8")
        )

    def console(self, worker: int) -> Callable[[str], None]:
        """Takes the lines that one device prints."""
        log = self.open_log(_of_worker("console", worker))
        return lambda line: print(line, file=log)

    def trace(self, worker: int) -> TextIO:
        """Takes the frames of one device."""
        return self.open_log(_of_worker("trace", worker))

    def add(self, answer: Answer) -> None:
        """Record an answer, at once. A second one to the same digit is an error of the harness."""
        with self._lock:
            assert answer.index not in self.answers, f"digit {answer.index} was answered twice"
            self.answers[answer.index] = answer
            self._record.write(json.dumps(asdict(answer)) + "\n")

    def __enter__(self) -> "RunFolder":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the files. Write down why the run ended, if it ended early."""
        self._files.close()
        if error is not None:
            failure = "Ctrl-C" if isinstance(error, KeyboardInterrupt) else str(error)
            result = {"failure": failure or repr(error), "answered": len(self.answers)}
            with suppress(CodegenError):  # the error itself says more
                atomic_write(self.result, (json.dumps(result, indent=2) + "\n").encode())


def stopped_run(runs: Path, board_id: str) -> Path:
    """The folder of the last run of that board. Raises HarnessError if there is none, or it has
    ended."""
    found = (*runs.glob(f"*-{board_id}"), *runs.glob(f"*-{board_id}.???"))  # as _make_unique's
    paths = sorted(path for path in found if (path / "run.json").exists())
    if not paths:
        raise HarnessError(f"--resume: no run of {board_id} is in {runs}; leave --resume out")
    if _has_ended(paths[-1] / RESULT):
        raise HarnessError(f"--resume: {paths[-1].name} has ended; leave --resume out")
    return paths[-1]


def _has_ended(result: Path) -> bool:
    try:
        return "failure" not in json.loads(result.read_text("utf-8"))
    except FileNotFoundError:
        return False


def _of_worker(name: str, worker: int) -> str:
    return f"{name}.log" if worker == 0 else f"{name}-{worker + 1}.log"


def _make_unique(runs: Path, stem: str) -> Path:
    for number in range(1, 1000):
        path = runs / (stem if number == 1 else f"{stem}.{number:03}")
        try:
            path.mkdir()
        except FileExistsError:
            continue
        return path
    raise HarnessError(f"run folder {runs / stem}: a thousand of that name are there")


def read_answers(path: Path) -> dict[int, Answer]:
    """What was recorded, by digit; a last line that is not whole (yet) is left out."""
    answers = {}
    text = path.read_text("utf-8") if path.exists() else ""
    for line in text[: text.rfind("\n") + 1].splitlines():
        fields = json.loads(line)
        mismatches = tuple(
            Mismatch(
                entry["index"],
                tuple(entry["device_scores"]),
                tuple(entry["oracle_scores"]),
                entry["path"],
                entry.get("output", 0),
                entry.get("step", 0),
            )
            for entry in fields.pop("mismatches")
        )
        answers[fields["index"]] = Answer(**fields, mismatches=mismatches)
    return answers


def _cut_last_line(path: Path) -> None:
    """Removes a last line that was cut off by the end of the harness."""
    text = path.read_text("utf-8") if path.exists() else ""
    if not text.endswith("\n") and text:
        path.write_text(text[: text.rfind("\n") + 1], encoding="utf-8")
