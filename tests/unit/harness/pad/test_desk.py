"""The documents of the page: a sample's answers beside the host's, a gallery, drawings."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from codegen.errors import CodegenError
from codegen.samples import split as split_file
from codegen.samples.split import Split
from harness.pad import desk as room
from harness.pad.desk import BadRequestError, Desk
from harness.pad.judged import Answer, Host, worst_first
from harness.pad.session import Shown
from tests.unit.codegen.samples.data import split as made_split
from tests.unit.harness.pad.places import COUNT, INFO, MODEL, PIXELS, TARGETS, build


class FakeSession:
    """Answers as this machine does, or with other bytes."""

    def __init__(self, folder: Path, **build_facts: Any) -> None:
        self.expected = build(folder, **build_facts)
        self.model, self.port = MODEL, "/dev/x"
        self.wrong = False
        self.checks = 0
        self._host = Host(MODEL)

    def check(self) -> None:
        self.checks += 1

    def ask(self, split: Split) -> Shown:
        answer = self._host.answer(split)
        if self.wrong:
            answer = Answer((b"\0\0\0",), answer.numbers, answer.predicted)
        return Shown(answer, 12.5, "cycles", 100, (1, 2), 3.5)


Make = Callable[..., Desk]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    desks: list[Desk] = []

    def made(prepare: Callable[[Path], Split] | None = None, **build_facts: Any) -> Desk:
        session = FakeSession(tmp_path, **build_facts)

        def all_of_them(_: Path) -> Split:
            return split_file.load(tmp_path)

        desks.append(Desk(session, tmp_path, prepare or all_of_them, tmp_path / "drawings"))  # type: ignore[arg-type]
        return desks[-1]

    yield made
    for one in desks:
        one.close()


def test_the_models_document(make: Make) -> None:
    desk = make()
    document = desk.model()
    assert document["port"] == "/dev/x"
    assert document["tests"] == COUNT
    assert (document["flashBytes"], document["ramBytes"]) == (1000, 200)
    assert document["isDrawn"]
    assert document["ops"] == [op.label for op in MODEL.ops]
    desk.check()
    assert desk._session.checks == 1  # type: ignore[attr-defined]
    of_colours = replace(INFO, shape=[8, 8, 3])
    assert not room.model_document(desk._session.expected, of_colours, MODEL)["isDrawn"]
    assert not room.model_document(desk._session.expected, replace(INFO, kind="table"), MODEL)[
        "isDrawn"
    ]


def test_a_test_sample_has_both_answers_and_its_label(make: Make) -> None:
    desk = make()
    for index in (0, COUNT - 1):
        document = desk.answer_test(index)
        assert document["index"] == index
        assert document["target"] == TARGETS[index]
        assert document["equal"]
        assert document["device"] == document["host"]
        assert document["predicted"] == int(np.argmax(document["host"]))
        assert (document["microseconds"], document["unit"], document["total"]) == (
            12.5,
            "cycles",
            100,
        )
        assert document["ops"] == (1, 2)
        assert document["frontEndMicroseconds"] == 3.5
        with Image.open(io.BytesIO(base64.b64decode(document["seen"]["png"]))) as picture:
            assert np.array_equal(np.asarray(picture), PIXELS[index])
    desk._session.wrong = True  # type: ignore[attr-defined]
    assert not desk.answer_test(0)["equal"]
    for index in (-1, COUNT):
        with pytest.raises(BadRequestError, match=f"sample {index}: the test split has 0 to 5"):
            desk.answer_test(index)


def test_a_file_is_prepared_under_its_ending_and_named_by_its_user(make: Make) -> None:
    seen: list[tuple[str, bytes]] = []

    def prepare(path: Path) -> Split:
        seen.append((path.name, path.read_bytes()))
        if path.suffix == ".txt":
            raise CodegenError(f"{path}: no picture")
        return split_file.load(made_in).take(slice(0, 2))

    desk = make(prepare)
    made_in = desk._session.expected.model_path.parent
    document = desk.answer_file("../My Photo.JPEG", b"content")
    assert seen == [("sample.jpeg", b"content")]
    assert document["samples"] == 2
    assert document["equal"]
    with pytest.raises(CodegenError, match=r"^notes.txt: no picture$"):
        desk.answer_file("notes.txt", b"")


def test_the_gallery_in_order_and_the_worst_first(make: Make) -> None:
    desk = make()
    assert [tile["index"] for tile in desk.gallery(False, 0, 100)] == list(range(COUNT))
    assert [tile["index"] for tile in desk.gallery(False, 1, 2)] == [1, 2]
    assert desk.gallery(False, COUNT, 2) == []
    worst = desk.gallery(True, 0, 100)
    own = [
        float(desk._host.answer(desk._row(tile["index"])).numbers[tile["target"]]) for tile in worst
    ]
    assert own == sorted(own)
    assert len(set(own)) > 1
    assert [one["index"] for one in desk.gallery(True, 1, 2)] == [
        one["index"] for one in worst[1:3]
    ]
    for tile in worst:
        assert tile["target"] == TARGETS[tile["index"]]
        assert tile["predicted"] == desk.answer_test(tile["index"])["predicted"]
        assert "png" in tile["seen"]


def test_the_ranking_is_made_once(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []

    def ranked(host: Host, split: Split) -> list[tuple[int, Answer]]:
        made.append(len(split))
        return worst_first(host, split)

    monkeypatch.setattr(room, "worst_first", ranked)
    desk = make()
    assert desk.gallery(True, 0, 2) == desk.gallery(True, 0, 2)
    assert made == [COUNT]


def test_data_without_classes(make: Make) -> None:
    desk = make(info=replace(INFO, task="none", labels=[]), targets=None)
    with pytest.raises(BadRequestError, match="no classes; take the first samples"):
        desk.gallery(True, 0, 1)
    (tile,) = desk.gallery(False, 0, 1)
    assert (tile["target"], tile["predicted"]) == (None, None)
    numbers = replace(INFO, task="regress", labels=[])
    desk = make(info=numbers, targets=np.linspace(0, 1, 2 * COUNT, dtype=np.float32).reshape(-1, 2))
    assert desk.answer_test(0)["target"] == pytest.approx([0.0, 1 / 11])
    kept = make(info=replace(INFO, task="reconstruct"), targets=TARGETS)
    assert kept._target(kept._row(1)) is None


def test_drawings_are_counted(make: Make) -> None:
    desk = make()
    content = io.BytesIO()
    Image.new("L", (2, 2)).save(content, "png")
    for count, label in enumerate(("a", "a", "b"), 1):
        saved = desk.save(label, content.getvalue())
        assert saved["saved"] == count
        assert Path(saved["path"]).parent == Path(saved["folder"]) / label


@pytest.mark.parametrize(
    ("shape", "series", "points"),
    [((10,), 1, 10), ((10, 3), 3, 10), ((850, 2), 2, 425), ((799, 9), 8, 799), ((4, 2, 2), 4, 4)],
)
def test_recordings_are_drawn_as_series(
    shape: tuple[int, ...], series: int, points: int, make: Make
) -> None:
    desk = make()
    values = np.arange(np.prod(shape), dtype=np.float32).reshape(1, *shape)
    drawn = desk._picture(made_split(values))["series"]
    assert (len(drawn), len(drawn[0])) == (series, points)
    assert [one[0] for one in drawn] == list(range(series))
    step = max(1, shape[0] // 400)
    assert drawn[0][1] == step * np.prod(shape[1:])


def test_numbers_are_short_and_few() -> None:
    answer = SimpleNamespace(numbers=np.full(1200, 1 / 3, np.float32))
    assert room._numbers(answer) == 1000 * [0.33333]  # type: ignore[arg-type]
