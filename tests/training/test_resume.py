"""An interrupted training goes on from its last epoch as if nothing had happened."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from codegen.files.artifacts import CHECKPOINT, FLOAT_MODEL, HISTORY, HISTORY_PLOT, TRAIN_SPLIT
from codegen.files.manifest import sha256_file
from tests.training import digits
from training import artifacts, recipes
from training.data import datasets
from training.errors import ArtifactError
from training.fit import checkpoint, front_end, history, train
from training.int8 import quantize
from training.tf_runtime import load_tensorflow

RESULTS = (FLOAT_MODEL, HISTORY, HISTORY_PLOT)


def _small_network(_: recipes.Recipe, shape: tuple[int, ...], outputs: int, task: str) -> Any:
    """With all that has a state: moving averages, and the generator of a dropout."""
    import keras
    from keras import layers

    image = keras.Input(shape, name="image")
    x = layers.Dropout(0.3)(layers.BatchNormalization()(layers.Flatten()(image)))
    logits = layers.Dense(outputs, name="logits")(x)
    return keras.Model(image, layers.Softmax()(logits), name="small")


def _write_motions(build_dir: Path) -> None:
    """Two classes of 20 recordings."""
    folder = build_dir.with_name("motions")
    random = np.random.default_rng(5)
    for name, strength in (("slow", 1.0), ("fast", 4.0)):
        (folder / name).mkdir(parents=True, exist_ok=True)
        for number in range(20):
            values = random.normal(0, strength, (40, 3))
            np.savetxt(folder / name / f"{number}.csv", values, delimiter=",")
    datasets.prepare(str(folder), build_dir, say=lambda _: None)
    front_end.prepare("motion", build_dir)


@pytest.fixture
def uncompiled() -> Iterator[None]:
    """Six steps are no reason to compile."""
    tf = load_tensorflow()
    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


def _interrupted_in_epoch(
    number: int, monkeypatch: pytest.MonkeyPatch, recipe: str, build_dir: Path
) -> None:
    show = train.EpochProgress.epoch

    def interrupt(self: Any, epoch: int, entry: Any) -> None:
        if epoch == number:
            raise KeyboardInterrupt
        show(self, epoch, entry)

    with monkeypatch.context() as patch:
        patch.setattr(train.EpochProgress, "epoch", interrupt)
        with pytest.raises(KeyboardInterrupt):
            train.train(recipe, build_dir, again=f"invoke train {recipe}")


@pytest.mark.usefixtures("uncompiled")
@pytest.mark.filterwarnings("ignore:Even though the .tf.config:UserWarning")
@pytest.mark.parametrize(
    ("recipe", "write", "steps"), [("tiny", digits.write, 8), ("motion", _write_motions, 3)]
)
def test_a_resumed_training_gives_the_bytes_of_one_that_was_not_interrupted(
    recipe: str,
    write: Callable[[Path], None],
    steps: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Images warped by TensorFlow, and a small set: changed by its recipe, its best epoch kept."""
    monkeypatch.setattr(recipes.Recipe, "build_model", _small_network)
    monkeypatch.setattr(recipes.Recipe, "epochs_for", lambda *_: 2)
    monkeypatch.setattr(history, "_plot", lambda *figures: repr(figures).encode())
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    for build_dir in (whole, parts):
        write(build_dir)
    train.train(recipe, whole)
    capsys.readouterr()

    _interrupted_in_epoch(2, monkeypatch, recipe, parts)
    said = capsys.readouterr().err
    assert "epoch 1/2 is the last one that was finished" in said
    assert f"`invoke train {recipe}` goes on after it" in said
    assert not (parts / FLOAT_MODEL).exists()
    train.train(recipe, parts, resume=True)
    assert f"2 epochs of {steps} steps, 1 of them done" in capsys.readouterr().err

    for name in RESULTS:
        assert sha256_file(parts / name) == sha256_file(whole / name), name
    assert not (parts / CHECKPOINT).exists()
    assert len(list((parts / history.TENSORBOARD_LOGS).iterdir())) == 2


def test_a_checkpoint_of_another_training(tmp_path: Path) -> None:
    checkpoint.save(tmp_path, {"seed": 1, "optimizer": "adam"}, [], [])
    assert checkpoint.restore(tmp_path, {"seed": 1, "optimizer": "adam"}, []) == []
    with pytest.raises(ArtifactError, match=r"of a training with another seed; leave --resume"):
        checkpoint.restore(tmp_path, {"seed": 2, "optimizer": "adam"}, [])


def test_a_damaged_checkpoint(tmp_path: Path) -> None:
    checkpoint.save(tmp_path, {}, [], [])
    path = tmp_path / CHECKPOINT
    path.write_bytes(path.read_bytes()[:50])
    with pytest.raises(ArtifactError, match=r"damaged .*; leave --resume out"):
        checkpoint.restore(tmp_path, {}, [])


def test_logs_that_cannot_be_written_are_one_line(tmp_path: Path) -> None:
    (tmp_path / "logs").write_bytes(b"no folder")
    with pytest.raises(ArtifactError, match=r"^cannot write .*logs/training: .*; free space, then"):
        history.log_epoch(tmp_path, 1, {"loss": 1.0})


def test_classes_are_those_of_the_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    images = np.random.default_rng(1).integers(0, 256, (30, 28, 28), np.uint8)
    artifacts.write_npz(
        tmp_path / TRAIN_SPLIT, images=images, labels=np.arange(30, dtype=np.uint8) % 3
    )
    info = datasets.DataInfo("image-folder", "", 30, 3, {}, ["cat", "dog", "owl"])
    artifacts.write_json(tmp_path / "data.json", vars(info))
    monkeypatch.setattr(recipes.Recipe, "build_model", _small_network)
    monkeypatch.setattr(train, "_compiled_step", lambda *_: lambda *_: 1.25)
    train.train("tiny", tmp_path, epochs=1)
    model = quantize.load_float_model(tmp_path / FLOAT_MODEL)
    assert model.output_shape == (None, 3)


_SHAPES: dict[str, list[tuple[int, ...]]] = {
    "image": [(28, 28, 1), (32, 48, 3), (96, 96, 3), (24, 24, 1)],
    "signal": [(100, 6), (50, 3)],
    "audio": [(49, 40), (49, 10)],
    "table": [(1, 4)],
}


@pytest.mark.parametrize("shape", [(64, 6), (49, 40), (1, 4)])
def test_an_autoencoder_gives_what_it_is_shown(shape: tuple[int, ...]) -> None:
    load_tensorflow()
    model = recipes.get_recipe("anomaly").build_model(shape, 0)
    assert model.input_shape == model.output_shape == (None, *shape)


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        (name, shape)
        for name, recipe in recipes.RECIPES.items()
        if "classify" in recipe.tasks
        for kind in recipe.kinds
        for shape in _SHAPES[kind]
    ],
)
def test_every_recipe_builds_a_model_for_the_data(name: str, shape: tuple[int, ...]) -> None:
    load_tensorflow()
    model = recipes.get_recipe(name).build_model(shape, 3)
    assert (model.input_shape, model.output_shape) == ((None, *shape), (None, 3))
    assert model.get_layer("logits").output.shape == (None, 3)
