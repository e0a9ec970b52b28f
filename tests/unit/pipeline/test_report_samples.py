"""Samples in a report: one of each class first, as the network sees them."""

from __future__ import annotations

import base64
import io
import json
import xml.etree.ElementTree as ElementTree
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from codegen.files import artifacts
from codegen.model.tflite import Model
from codegen.samples import split as split_file
from codegen.samples.facts import DataInfo
from codegen.samples.split import Split
from pipeline import choice, report, report_samples
from tests.unit.codegen.samples.data import split as made
from verification.cases.model_builder import small_cnn

MODEL = Model.parse(small_cnn(seed=3, image=8, classes=3))


def has(monkeypatch: pytest.MonkeyPatch, split: Split) -> None:
    monkeypatch.setattr(split_file, "load", lambda _: split)


def content(url: str, kind: str) -> bytes:
    head, _, data = url.partition(",")
    assert head == f"data:image/{kind};base64"
    return base64.b64decode(data)


def test_each_class_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    pixels = np.arange(20 * 64, dtype=np.uint8).reshape(20, 8, 8)
    targets = [0] * 17 + [2, 1, 1]
    split = made(pixels, targets, kind="image", task="classify", labels=["a", "b", "c"])
    has(monkeypatch, split)
    shown = report_samples.drawn(Path(), MODEL)
    assert [label for label, _ in shown] == ["a", "b", "c", *["a"] * 9]
    for (_, url), index in zip(shown, (0, 18, 17, 1), strict=False):
        with Image.open(io.BytesIO(content(url, "png"))) as image:
            assert np.array_equal(np.asarray(image), pixels[index])


def test_a_large_picture_is_made_smaller(monkeypatch: pytest.MonkeyPatch) -> None:
    has(monkeypatch, made(np.zeros((1, 300, 200, 3), np.uint8), kind="image"))
    ((label, url),) = report_samples.drawn(Path(), MODEL)
    assert label == "#0"
    with Image.open(io.BytesIO(content(url, "png"))) as image:
        assert image.size == (85, 128)


def test_a_recording_is_a_line_each_channel(monkeypatch: pytest.MonkeyPatch) -> None:
    rising = np.linspace(-1, 1, 1000, dtype=np.float32)
    recording = np.stack([rising, -rising, 0 * rising], axis=1)[None]
    has(monkeypatch, made(recording, kind="signal"))
    ((_, url),) = report_samples.drawn(Path(), MODEL)
    lines = ElementTree.fromstring(content(url, "svg+xml"))
    points = [
        [tuple(map(float, point.split(","))) for point in one.attrib["points"].split()]
        for one in lines
    ]
    assert len(points) == 3
    assert {one[0][0] for one in points} == {0.0} and {one[-1][0] for one in points} == {96.0}
    assert all(100 < len(one) <= 128 for one in points)
    assert points[0][0] == (0.0, 63.0)  # the least is lowest
    assert points[1][0] == (0.0, 1.0)
    assert {y for _, y in points[2]} == {32.0}


def test_what_does_not_change_is_a_line_too(monkeypatch: pytest.MonkeyPatch) -> None:
    has(monkeypatch, made(np.zeros((1, 5, 1), np.float32), kind="signal"))
    ((_, url),) = report_samples.drawn(Path(), MODEL)
    assert b"nan" not in content(url, "svg+xml")


def test_rows_of_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.arange(8 * 12, dtype=np.float32).reshape(8, 12) / 3
    numbers = made(values, np.arange(16, dtype=np.float32).reshape(8, 2), task="regress")
    has(monkeypatch, numbers)
    header, rows = report_samples.rows(Path())
    assert header == ("test sample", *"0123456789")
    assert len(rows) == 6
    assert rows[1] == ("2, 3", "4", "4.333", *(f"{one:.4g}" for one in values[1, 2:10]))
    few = made(values[:2, :2], [1, 0], task="classify", labels=["no", "yes"])
    has(monkeypatch, replace(few, info=replace(few.info, columns=["hours", "degrees"])))
    assert report_samples.rows(Path()) == (
        ("test sample", "hours", "degrees"),
        [("yes", "0", "0.3333"), ("no", "4", "4.333")],
    )


@pytest.mark.parametrize(
    ("kind", "words"), [("image", {"darkest", "lightest"}), ("table", {"least", "largest"})]
)
def test_statistics_in_the_words_of_the_data(
    kind: str, words: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shape = [8, 8] if kind == "image" else [2]
    monkeypatch.setattr(choice, "BUILD", tmp_path)
    chosen = choice.Choice("host", "tiny", "auto")
    chosen.build_dir.mkdir()
    info = DataInfo("x", "x", 1, 1, {}, [], kind=kind, task="none", shape=shape)
    (chosen.build_dir / artifacts.DATA_INFO).write_text(json.dumps(asdict(info)))
    of_a_split = {"darkest": 0, "lightest": 2.5}
    (chosen.build_dir / artifacts.STATISTICS).write_text(json.dumps({"train": of_a_split}))
    has(monkeypatch, made(np.zeros((1, *shape), np.uint8), kind=kind))
    section = report._data(chosen, MODEL)
    assert section is not None
    assert {row[0] for row in section.blocks[1].rows} == words
