"""What the pad makes of outputs and drawings."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from codegen.errors import CodegenError
from harness.pad import judged, pictures
from harness.pad.judged import _probabilities
from tests.unit.codegen.samples.data import split
from tests.unit.harness.pad.places import MODEL, PIXELS
from training.data import image_folder
from training.data.options import DataOptions


def picture() -> bytes:
    buffer = io.BytesIO()
    Image.new("L", (8, 8)).save(buffer, "png")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("numbers", "labels", "wanted"),
    [
        ([0.25, 0.75], 2, [0.25, 0.75]),
        ([0.3], 2, [0.7, 0.3]),  # of the second of two classes
        ([0.0, 0.99609375], 2, [0.0, 0.99609375]),  # as int8 has it
        ([0.0, 0.0, 0.0], 3, [1 / 3, 1 / 3, 1 / 3]),  # logits
        ([2.0, -1.0], 2, [0.95257413, 0.04742587]),
        ([1.5, 0.5], 2, [0.73105858, 0.26894142]),  # no probabilities, though none is negative
        ([1000.0, 0.0], 2, [1.0, 0.0]),
    ],
)
def test_probabilities_of_any_last_op(
    numbers: list[float], labels: int, wanted: list[float]
) -> None:
    found = _probabilities(np.array(numbers, np.float32), labels)
    assert found == pytest.approx(wanted, abs=1e-6)


def test_drawings_are_numbered_in_their_labels_folder(tmp_path: Path) -> None:
    folder = tmp_path / "drawings"
    assert pictures.save(folder, "7", picture()) == folder / "7" / "0000.png"
    (folder / "7" / "0041.png").write_bytes(picture())
    (folder / "7" / "mine.png").write_bytes(picture())
    assert pictures.save(folder, "7", picture()).name == "0042.png"


def test_drawings_are_data(tmp_path: Path) -> None:
    folder = tmp_path / "drawings"
    for label in ("no", "yes"):
        for number in range(5):
            buffer = io.BytesIO()
            Image.new("L", (8, 8), 20 * number + len(label)).save(buffer, "png")
            pictures.save(folder, label, buffer.getvalue())
    data = image_folder.read(folder, DataOptions(image_size="4x4", channels=1))
    assert list(data.labels) == ["no", "yes"]
    assert len(data.train) + (len(data.test) if data.test else 0) == 10


@pytest.mark.parametrize("label", ["../up", "/etc", "..", "a/b", "\0", "a\nb"])
def test_a_label_stays_in_the_folder(tmp_path: Path, label: str) -> None:
    folder = tmp_path / "drawings"
    path = pictures.save(folder, label, picture())
    assert path.resolve().parent.parent == folder.resolve()


@pytest.mark.parametrize(("label", "content"), [("7", b"no picture"), ("  ", picture())])
def test_what_cannot_be_saved(tmp_path: Path, label: str, content: bytes) -> None:
    with pytest.raises(CodegenError):
        pictures.save(tmp_path / "drawings", label, content)
    assert not (tmp_path / "drawings").exists()


def test_pictures_of_one_and_three_channels() -> None:
    for shape, mode in (((4, 5), "L"), ((4, 5, 1), "L"), ((4, 5, 3), "RGB")):
        with Image.open(io.BytesIO(pictures.png(np.zeros(shape, np.uint8)))) as image:
            assert (image.size, image.mode) == ((5, 4), mode)


def test_the_host_answers_from_the_first_state_on(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    class Runtime(judged.HostRuntime):
        def reset(self) -> None:
            asked.append("reset")
            super().reset()

        def invoke(self, *inputs: Any) -> None:
            asked.append("invoke")
            super().invoke(*inputs)

        def close(self) -> None:
            asked.append("close")
            super().close()

    monkeypatch.setattr(judged, "HostRuntime", Runtime)
    host = judged.Host(MODEL)
    asked.clear()
    answer = host.answer(split(PIXELS[:1], kind="image", task="none"))
    assert (answer.predicted, len(answer.outputs[0])) == (None, 3)
    host.close()
    assert asked == ["reset", "close", "invoke", "close"]  # which begins anew
