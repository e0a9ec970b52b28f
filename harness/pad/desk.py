"""What the page asks for, as documents: the model, a sample's answers, a gallery. No HTTP here."""

from __future__ import annotations

import base64
import tempfile
import threading
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from codegen.errors import CodegenError
from codegen.model.tflite import Model
from codegen.samples import split as split_file
from codegen.samples.facts import DataInfo
from codegen.samples.sight import seen
from codegen.samples.split import Split
from harness.errors import HarnessError
from harness.pad import pictures
from harness.pad.judged import Answer, Host, worst_first
from harness.pad.session import Session, Shown
from harness.rig.expected import Expected

Prepare = Callable[[Path], Split]

_WORST_OF = 1000  # test samples that are ranked: seconds even of a large model
_SERIES_POINTS = 400  # of one, in a picture of it
_MOST_SERIES = 8


class BadRequestError(HarnessError):
    """What the page asked for is not there. Any other HarnessError is the board's."""


class Desk:
    """prepare: makes the samples of a user's file as those of the training were made. save_folder:
    for labelled drawings. May be called by several threads."""

    def __init__(
        self, session: Session, build_dir: Path, prepare: Prepare, save_folder: Path
    ) -> None:
        """Raises HarnessError or CodegenError."""
        self._session = session
        self._prepare = prepare
        self._save_folder = save_folder
        self._info = DataInfo.load(build_dir)
        self._split = split_file.load(build_dir)
        self._host = Host(session.model)
        self._host_lock = threading.Lock()
        self._ranked: list[tuple[int, Answer]] | None = None

    def close(self) -> None:
        self._host.close()

    def model(self) -> dict[str, Any]:
        """What does not change while the page is open."""
        document = model_document(self._session.expected, self._info, self._session.model)
        return {**document, "port": self._session.port, "tests": len(self._split)}

    def check(self) -> None:
        """Raises HarnessError or CodegenError where the board does not answer as it should."""
        self._session.check()

    def answer_file(self, name: str, content: bytes) -> dict[str, Any]:
        """name: of the file, whose ending says what it is. Raises CodegenError, HarnessError."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"sample{Path(name).suffix[:8].lower()}"
            path.write_bytes(content)
            try:
                split = self._prepare(path)
            except CodegenError as error:
                raise CodegenError(str(error).replace(str(path), name)) from None
        document = self._answered(split.take(slice(0, 1)))
        document["samples"] = len(split)
        return document

    def answer_test(self, index: int) -> dict[str, Any]:
        """To a sample of the test split, with its label. Raises CodegenError, HarnessError."""
        if not 0 <= index < len(self._split):
            raise BadRequestError(f"sample {index}: the test split has 0 to {len(self._split) - 1}")
        one = self._split.take(slice(index, index + 1))
        return {**self._answered(one), "index": index, "target": self._target(one)}

    def gallery(self, worst: bool, start: int, count: int) -> list[dict[str, Any]]:
        """Test samples with small pictures; of classes the worst-classified first if asked."""
        if worst and self._info.task != "classify":
            raise BadRequestError("gallery: the data have no classes; take the first samples")
        if worst:
            ranked = self._worst()[start : start + count]
        else:
            indices = range(start, min(start + count, len(self._split)))
            ranked = [(index, self._from_host(self._row(index))) for index in indices]
        return [self._tile(index, answer) for index, answer in ranked]

    def save(self, label: str, content: bytes) -> dict[str, Any]:
        """A drawing under its label, as --data reads it. Raises HarnessError, CodegenError."""
        path = pictures.save(self._save_folder, label, content)
        return {"path": str(path), "folder": str(self._save_folder), "saved": self._saved()}

    def _saved(self) -> int:
        return sum(1 for _ in self._save_folder.glob("*/*.png"))

    def _worst(self) -> list[tuple[int, Answer]]:
        with self._host_lock:
            if self._ranked is None:
                self._ranked = worst_first(self._host, self._split.take(slice(0, _WORST_OF)))
            return self._ranked

    def _from_host(self, split: Split) -> Answer:
        with self._host_lock:
            return self._host.answer(split)

    def _row(self, index: int) -> Split:
        return self._split.take(slice(index, index + 1))

    def _answered(self, split: Split) -> dict[str, Any]:
        shown = self._session.ask(split)
        host = self._from_host(split)
        return {
            "device": _numbers(shown.answer),
            "host": _numbers(host),
            "equal": shown.answer.outputs == host.outputs,
            "predicted": shown.answer.predicted,
            **_costs(shown),
            "seen": self._picture(split),
        }

    def _tile(self, index: int, answer: Answer) -> dict[str, Any]:
        one = self._row(index)
        return {
            "index": index,
            "target": self._target(one),
            "predicted": answer.predicted,
            "seen": self._picture(one),
        }

    def _target(self, split: Split) -> int | list[float] | None:
        if split.targets is None or self._info.task not in ("classify", "regress"):
            return None
        target = np.asarray(split.targets)[0]
        return int(target) if self._info.task == "classify" else [float(x) for x in target.flat]

    def _picture(self, split: Split) -> dict[str, Any]:
        """A PNG, or series of numbers, thinned out."""
        sight = seen(self._session.model, split)
        if sight.pixels is not None:
            return {"png": base64.b64encode(pictures.png(sight.pixels)).decode("ascii")}
        assert sight.series is not None
        step = max(1, len(sight.series) // _SERIES_POINTS)
        return {
            "series": [[float(x) for x in one] for one in sight.series[::step].T[:_MOST_SERIES]]
        }


def model_document(expected: Expected, info: DataInfo, model: Model) -> dict[str, Any]:
    """What a page says of image, model and data."""
    return {
        "board": expected.board.id,
        "boardName": expected.board.name,
        "isa": expected.board.isa,
        "build": expected.image.build_id,
        "flashBytes": expected.image.flash_bytes,
        "ramBytes": expected.image.ram_bytes,
        "kind": info.kind,
        "noun": info.noun,
        "task": info.task,
        "labels": info.labels,
        "shape": info.shape,
        "rateHz": info.rate_hz,
        "isDrawn": info.kind == "image" and info.input_shape[-1] == 1,
        "ops": [op.label for op in model.ops],
    }


def _numbers(answer: Answer) -> list[float]:
    return [round(float(number), 5) for number in answer.numbers[:1000]]


def _costs(shown: Shown) -> dict[str, Any]:
    fields = asdict(shown)
    return {name: fields[name] for name in ("microseconds", "unit", "total", "ops")} | {
        "frontEndMicroseconds": shown.front_end_microseconds
    }
