"""From data that are no digits to a measured int8 model, by each recipe that takes them."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from codegen.files.artifacts import FRONTEND, INT8_MODEL, TEST_SPLIT
from codegen.host.oracle_child import answers
from codegen.model.tflite import Model
from codegen.samples import split as split_file
from codegen.samples.encode import model_input
from codegen.samples.measures import measure, real_outputs
from training.data import datasets
from training.data.options import DataOptions
from training.fit import front_end, train
from training.fit.best import Best
from training.fit.target_scale import TargetScale
from training.int8 import quantize
from training.judge import evaluate, measures_table
from training.recipes import get_recipe
from training.tf_runtime import load_tensorflow

pytestmark = pytest.mark.usefixtures("in_this_process")

RNG = np.random.default_rng(8)


def table(path: Path, regress: bool) -> Path:
    """Three columns of very different sizes, the target a sum of them."""
    values = RNG.normal([20, 0, 5000], [5, 0.1, 900], (300, 3))
    target = values @ [2.0, 100.0, 0.01]
    with path.open("w") as file:
        writer = csv.writer(file)
        writer.writerow(["warm", "wet", "pressed", "load"])
        for row, wanted in zip(values, target, strict=True):
            shown = f"{wanted:.4f}" if regress else ("high" if wanted > 90 else "low")
            writer.writerow([*(f"{one:.4f}" for one in row), shown])
    return path


def made(build_dir: Path, recipe: str, data: Path, options: DataOptions, epochs: int) -> Path:
    datasets.prepare(str(data), build_dir, options=options)
    front_end.prepare(recipe, build_dir)
    train.train(recipe, build_dir, epochs=epochs)
    quantize.quantize(build_dir)
    return build_dir


@pytest.mark.parametrize(("regress", "measure_name"), [(True, "RMSE"), (False, "accuracy")])
def test_a_table(tmp_path: Path, regress: bool, measure_name: str) -> None:
    data = table(tmp_path / "load.csv", regress)
    build_dir = made(tmp_path / "build", "dense", data, DataOptions(), 40)
    metrics = evaluate.evaluate(build_dir)
    values = {who: one[measure_name] for who, one in metrics["measures"].items()}
    assert set(values) == {"float", "int8"}
    if regress:  # the target's deviation is 17
        assert max(values.values()) < 4
        assert metrics["int8_accuracy"] is None
    else:
        assert min(values.values()) > 0.9
    assert json.loads((build_dir / FRONTEND).read_text())["kind"] == "readings"
    assert f"int8 {measure_name}" in measures_table.line(build_dir, metrics)
    assert f"\n{measure_name} " in measures_table.table(build_dir)


def recordings(folder: Path, rows: int) -> Path:
    """Waves of one strength and of a third, which readings as they are would not tell."""
    for name, strength in (("normal", 1.0), ("weak", 1 / 3)):
        (folder / name).mkdir(parents=True)
        for number in range(20):
            turns = RNG.uniform(0, 1) + np.arange(rows) / 5
            wave = np.sin(2 * np.pi * turns)
            values = strength * np.stack([wave, RNG.normal(0, 1, rows)], axis=1)
            np.savetxt(folder / name / f"{number}.csv", values, "%.5f", ",")
    return folder


@pytest.mark.parametrize(("rows", "feature_shape"), [(40, [32, 2]), (5, [5, 2])])
def test_an_anomaly(tmp_path: Path, rows: int, feature_shape: list[int]) -> None:
    recipe = get_recipe("anomaly")
    options = recipe.reading(DataOptions(), of_images=False, is_default=False)
    data = recordings(tmp_path / "waves", rows)
    build_dir = made(tmp_path / "build", "anomaly", data, options, 60)
    metrics = evaluate.evaluate(build_dir)
    has_spectrum = rows >= 8
    assert json.loads((build_dir / FRONTEND).read_text())["log2"] == has_spectrum
    model = Model.read(build_dir / INT8_MODEL)
    assert list(model.outputs[0].shape) == list(model.inputs[0].shape) == [1, *feature_shape]
    if has_spectrum:
        assert metrics["measures"]["int8"]["AUC"] == metrics["measures"]["float"]["AUC"] == 1


def test_a_table_to_reconstruct(tmp_path: Path) -> None:
    """Its target says what is normal; no recipe is asked for a class."""
    recipe = get_recipe("anomaly")
    given = DataOptions(target_column="load", normal="low")
    options = recipe.reading(given, of_images=False, is_default=False)
    build_dir = made(
        tmp_path / "build", "anomaly", table(tmp_path / "load.csv", False), options, 60
    )
    values = evaluate.evaluate(build_dir)["measures"]["int8"]
    assert values["mean error of others"] > values["mean error of normal samples"]


def test_what_is_reconstructed_comes_in_its_own_unit() -> None:
    load_tensorflow()
    random = np.random.default_rng(2)
    shown = random.normal(20, 3, (50, 6, 2)).astype(np.float32)
    scale = TargetScale.of_examples(shown)
    scaled = scale.scaled(shown)
    assert np.abs(scaled.mean(axis=0)).max() < 1e-4 and scaled.std() == pytest.approx(1, rel=1e-4)
    model = get_recipe("anomaly").build_model((6, 2), 0)
    before = model(shown).numpy()
    scale.fold_into(model)
    np.testing.assert_allclose(model(shown).numpy(), scale.restored(before), rtol=1e-4)


def test_what_is_measured_is_what_the_front_end_gives_the_model(tmp_path: Path) -> None:
    build_dir = made(
        tmp_path / "build", "dense", table(tmp_path / "load.csv", True), DataOptions(), 2
    )
    model, split = Model.read(build_dir / INT8_MODEL), split_file.load(build_dir, TEST_SPLIT)
    inputs = model_input(model, split)
    assert inputs.dtype == np.int8 and len(np.unique(inputs)) > 100
    found = measure(split, None, real_outputs(model, answers(model, [inputs])))
    assert evaluate.evaluate(build_dir)["measures"]["int8"] == found.values


def test_a_small_set_ends_early_with_its_best_epoch(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    data = table(tmp_path / "load.csv", True)
    build_dir = tmp_path / "build"
    datasets.prepare(str(data), build_dir)
    front_end.prepare("dense", build_dir)
    losses = iter([5.0, 3.0, 1.0, *[2.0] * 1000])
    monkeypatch.setattr(train, "_compiled_step", lambda *_: lambda *_: 1.25)
    monkeypatch.setattr(train, "_measured", lambda *_: {"held_out_loss": next(losses)})
    monkeypatch.setattr("training.recipes.recipe._LEAST_PATIENCE", 2)
    monkeypatch.setattr("training.recipes.recipe._PATIENCE_SHARE", 10**6)
    train.train("dense", build_dir)
    assert "ends after epoch 5: no better held-out loss for 2 epochs" in capsys.readouterr().err


def test_the_best_weights_come_back() -> None:
    tf = load_tensorflow()
    model = SimpleNamespace(variables=[tf.Variable([0.0])])
    best = Best(tf, model, patience=3)
    past: list[dict[str, float]] = []
    for epoch, loss in enumerate([3.0, 1.0, 2.0, 1.0]):
        model.variables[0].assign([float(epoch)])
        past.append({"held_out_loss": loss})
        best.keep(past)
    assert not best.is_long_ago(past)
    assert best.is_long_ago([*past, {"held_out_loss": 9.0}])
    best.restore()
    assert model.variables[0].numpy().tolist() == [1.0]
