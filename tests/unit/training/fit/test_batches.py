"""What a training is shown, what it is measured by, what it leaves for the next one."""

from __future__ import annotations

import itertools
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from codegen.files.artifacts import CHECKPOINT, FLOAT_MODEL, FRONTEND, TRAIN_SPLIT
from tests.unit.codegen.samples.data import split
from training.data.examples import Examples
from training.errors import ArtifactError
from training.fit import checkpoint, front_end, teacher
from training.fit import train as room
from training.fit.target_scale import TargetScale
from training.recipes.design import Block, Design, Teacher

VALUES = np.arange(40, dtype=np.float32).reshape(20, 2)


def examples(**facts: Any) -> Examples:
    return Examples(split(VALUES, **facts))


CLASSES = examples(targets=np.arange(20) % 2, task="classify", labels=["a", "b"])
NUMBERS = examples(targets=10 * VALUES[:, :1], task="regress")
ITSELF = examples(task="reconstruct")


# ---------------------------------------------------------------- held out


def test_a_share_of_each_class_is_held_out() -> None:
    kept, held_out = room.held_out_rows(CLASSES, 0.2, seed=1)
    assert sorted([*kept, *held_out]) == list(range(20))
    assert np.bincount(held_out % 2).tolist() == [2, 2]


@pytest.mark.parametrize(
    ("groups", "whole"),
    [
        (np.arange(20) // 4, True),  # five recordings
        (np.zeros(20, np.int64), False),  # one long one
        (None, False),
    ],
)
def test_recordings_are_held_out_whole(groups: Any, whole: bool) -> None:
    kept, held_out = room.held_out_rows(examples(task="regress", groups=groups), 0.2, seed=1)
    assert sorted([*kept, *held_out]) == list(range(20))
    assert len(held_out) == 4
    assert (len(set(held_out // 4)) == 1) == whole


def test_one_class_alone_is_no_class() -> None:
    alone = examples(targets=np.zeros(20, np.int64), task="classify", labels=["a", "b"])
    _, held_out = room.held_out_rows(alone, 0.2, seed=1)
    assert len(held_out) == 4


# ---------------------------------------------------------------- scale and measures


def test_numbers_are_scaled_and_classes_are_not() -> None:
    assert room._scale(CLASSES) is None
    of_numbers, of_itself = room._scale(NUMBERS), room._scale(ITSELF)
    assert of_numbers is not None and of_numbers.mean.tolist() == [190.0]
    assert of_itself is not None and of_itself.mean.tolist() == [19.0, 20.0]


def test_classes_have_cross_entropy_and_accuracy() -> None:
    answers = np.array([[0.75, 0.25], [0.5, 0.5], [0.0, 1.0], [0.5, 0.5]], np.float32)
    four = CLASSES.take(np.arange(4))  # a, b, a, b
    found = room._measured(answers, four, None)
    assert found["held_out_accuracy"] == 0.25
    assert found["held_out_loss"] == pytest.approx(-np.log([0.75, 0.5, 1e-7, 0.5]).mean())


def test_numbers_have_a_squared_error_in_units_of_their_deviation() -> None:
    two = NUMBERS.take(np.arange(2))  # 0, 20
    assert room._measured(np.array([[3.0], [20.0]]), two, None) == {"held_out_loss": 4.5}
    scale = TargetScale(np.array([10.0]), np.array([10.0]))
    assert room._measured(np.array([[-1.0], [0.0]]), two, scale) == {"held_out_loss": 0.5}


# ---------------------------------------------------------------- batches


def recipe(**more: Any) -> Any:
    return SimpleNamespace(augment=None, **more)


def test_each_epoch_has_every_sample_once_in_an_order_of_its_own() -> None:
    made = room.augmented_batches(recipe(), CLASSES, 6, seed=3)
    epochs = [list(itertools.islice(made, 3)) for _ in range(3)]
    for batches in epochs:  # the two that are left over wait for another epoch
        assert [len(values) for values, _ in batches] == [6, 6, 6]
        rows = np.concatenate([values[:, 0] for values, _ in batches]) / 2
        assert len(set(rows)) == 18
        assert np.concatenate([labels for _, labels in batches]).tolist() == (rows % 2).tolist()
    assert not np.array_equal(epochs[0][0][0], epochs[1][0][0])
    again = next(room.augmented_batches(recipe(), CLASSES, 6, seed=3, first_epoch=2))
    np.testing.assert_array_equal(again[0], epochs[1][0][0])
    whole = list(itertools.islice(room.augmented_batches(recipe(), CLASSES, 20, seed=3), 2))
    assert [len(values) for values, _ in whole] == [20, 20]


def test_what_is_reconstructed_is_the_changed_sample_itself() -> None:
    doubled = recipe()
    doubled.augment = lambda values, _: 2 * values
    scale = TargetScale(np.array([1.0, 1.0]), np.array([2.0, 2.0]))
    values, targets = next(room.augmented_batches(doubled, ITSELF, 4, seed=1, scale=scale))
    assert set(values[:, 0]) <= set(2 * VALUES[:, 0])
    np.testing.assert_array_equal(targets, (values - 1) / 2)


def test_pictures_are_moved_by_their_own_transforms(monkeypatch: pytest.MonkeyPatch) -> None:
    pictures = np.arange(20 * 12, dtype=np.uint8).reshape(20, 3, 4)
    given: list[Any] = []

    def transforms(_: Any, *sizes: int) -> np.ndarray:
        given.append(sizes)
        return np.arange(20)

    monkeypatch.setattr(room, "warp", lambda images, transforms: (images, transforms))
    augmentation = SimpleNamespace(transforms=transforms)
    of_pictures = Examples(
        split(pictures, kind="image", task="classify", labels=["a"], targets=np.zeros(20, np.int8))
    )
    changed, _ = next(
        room.augmented_batches(recipe(augmentation=augmentation), of_pictures, 5, seed=1)
    )
    images, moved = changed
    assert given == [(20, 3, 4)]
    np.testing.assert_array_equal(images, pictures[moved][..., np.newaxis])


def test_made_ahead_are_the_same_in_the_same_order() -> None:
    asked: list[int] = []
    source = (asked.append(i) or i for i in itertools.count())  # type: ignore[func-returns-value]
    made = room.made_ahead(source)
    assert list(itertools.islice(made, 5)) == [0, 1, 2, 3, 4]
    made.close()  # type: ignore[attr-defined]
    assert len(asked) <= 6


# ---------------------------------------------------------------- the next training


class Variable:
    def __init__(self, value: Any) -> None:
        self.value = np.asarray(value)

    def numpy(self) -> np.ndarray:
        return self.value

    def assign(self, value: np.ndarray) -> None:
        self.value = value


SETTINGS = {"seed": 1, "recipe": ["a", "b"]}


def test_a_training_goes_on_where_it_was(tmp_path: Path) -> None:
    past = [{"loss": 2.0}]
    checkpoint.save(tmp_path, SETTINGS, past, [Variable([1.0, 2.0]), Variable(3)])
    into = [Variable([0.0, 0.0]), Variable(0)]
    assert checkpoint.restore(tmp_path, SETTINGS, into) == past
    assert [one.value.tolist() for one in into] == [[1.0, 2.0], 3]
    with pytest.raises(ArtifactError, match="is of a training with another seed; leave"):
        checkpoint.restore(tmp_path, {**SETTINGS, "seed": 2}, into)
    path = tmp_path / CHECKPOINT
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(ArtifactError, match=r"damaged \(.*; leave --resume out"):
        checkpoint.restore(tmp_path, SETTINGS, into)
    np.savez(tmp_path / "pickled.npz", state=np.array([{}], object))
    (tmp_path / "pickled.npz").replace(path)
    with pytest.raises(ArtifactError, match=r"damaged \(Object arrays cannot be loaded"):
        checkpoint.restore(tmp_path, SETTINGS, into)
    for _ in range(2):
        checkpoint.remove(tmp_path)
        with pytest.raises(ArtifactError, match="is missing: nothing to resume"):
            checkpoint.restore(tmp_path, SETTINGS, into)


@pytest.mark.parametrize("made", [None, "a front end"])
def test_an_older_front_end_goes(
    made: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / FRONTEND).touch()
    checked: list[Any] = []
    chosen = SimpleNamespace(check=checked.append, front_end=lambda _: made)
    monkeypatch.setattr(front_end, "get_recipe", lambda _: chosen)
    monkeypatch.setattr(front_end, "load", lambda *_: CLASSES)
    saved: list[Any] = []
    monkeypatch.setattr(front_end.parameters, "save", lambda *given: saved.append(given))
    for count in (1, 2):  # with the older one, and without
        front_end.prepare("motion", tmp_path)
        assert not (tmp_path / FRONTEND).exists() and checked == [CLASSES.info] * count
        assert saved == ([] if made is None else [(made, tmp_path)] * count)


def test_a_teacher_is_trained_once_for_its_design_and_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(teacher, "_KEPT", tmp_path / "kept" / "teachers")
    build_dir = tmp_path / "build"
    (build_dir / "data_folder").mkdir(parents=True)
    for name in (TRAIN_SPLIT, "data.json", "test.npz"):
        (build_dir / name).write_text(name)
    trainings: list[tuple[str, set[str], int]] = []

    def train(recipe: str, folder: Path, seed: int) -> None:
        trainings.append((Path(recipe).read_text(), {one.name for one in folder.iterdir()}, seed))
        (folder / FLOAT_MODEL).write_text(f"model {len(trainings)}")

    design = Design((Block(4),), teacher=Teacher(channels=(8, 8, 8, 8)))
    first = teacher.trained(design, build_dir, train)
    assert teacher.trained(design, build_dir, train) == first and first.read_text() == "model 1"
    ((text, files, seed),) = trainings
    assert '"teacher": null' in text and seed == 1
    assert files == {TRAIN_SPLIT, "data.json", "teacher.json"}
    (build_dir / TRAIN_SPLIT).write_text("others")
    other = teacher.trained(design, build_dir, train)
    wider = Design((Block(4),), teacher=Teacher(channels=(8, 8, 8, 12)))
    assert len({first, other, teacher.trained(wider, build_dir, train)}) == len(trainings) == 3
    assert {one.suffix for one in first.parent.iterdir()} <= {".keras", ".lock"}


def test_a_share_of_the_targets_is_the_teachers(monkeypatch: pytest.MonkeyPatch) -> None:
    """The model's logits are the examples themselves."""

    def logits(examples: np.ndarray, training: bool) -> np.ndarray:
        assert not training
        return examples

    def load_model(path: Path, compile: bool) -> Any:
        assert path == Path("teacher.keras") and not compile
        return SimpleNamespace(input="x", get_layer=lambda name: SimpleNamespace(output=name))

    def softmax(values: np.ndarray) -> Variable:
        return Variable(np.exp(values) / np.exp(values).sum(axis=1, keepdims=True))

    def of_ends(*ends: str) -> Any:
        assert ends == ("x", "logits")
        return logits

    keras = SimpleNamespace(models=SimpleNamespace(load_model=load_model), Model=of_ends)
    tensorflow = SimpleNamespace(
        nn=SimpleNamespace(softmax=softmax), function=lambda f: f, convert_to_tensor=lambda x: x
    )
    monkeypatch.setitem(sys.modules, "keras", keras)
    monkeypatch.setitem(sys.modules, "tensorflow", tensorflow)
    monkeypatch.setattr(teacher, "network_input", lambda examples: examples)
    shown = np.log(np.array([[1.0, 16.0]]))  # at temperature 2 as 1 to 4
    batches = iter([(shown, np.array([0]))])
    asked = Teacher(share=0.25, temperature=2.0)
    ((examples, targets),) = teacher.softened(batches, asked, Path("teacher.keras"), 2)
    assert examples is shown
    np.testing.assert_allclose(targets, [[0.25 * 0.2 + 0.75, 0.25 * 0.8]])
