"""What a Keras model or SavedModel of the user's own is calibrated with, and whether data are its
inputs. Nothing is imported: its edges are written."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from codegen.errors import CodegenError
from codegen.files.artifacts import FLOAT_EDGES, FLOAT_MODEL, TRAIN_SPLIT
from pipeline import choice, stages
from pipeline.choice import Choice
from pipeline.stage import Stage
from training.int8 import edges
from training.int8.edges import Edge, Edges

DIGITS = Edges((Edge("x", (28, 28), "float32"),), (Edge("", (10,), "float32"),))
THREE = Edges(DIGITS.inputs, (Edge("", (3,), "float32"),))
TWO = Edges((*DIGITS.inputs, Edge("age", (6,), "float32")), DIGITS.outputs)


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> dict[str, Stage]:
    """The stages that would run, by name."""
    stages_found: dict[str, Stage] = {}
    monkeypatch.setattr(
        stages, "run", lambda stage, *_, **__: stages_found.update({stage.name: stage})
    )
    return stages_found


@pytest.fixture(params=["net.keras", "net"])
def chosen(request: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Choice:
    """A Keras file and a SavedModel's folder."""
    monkeypatch.setattr(choice, "BUILD", tmp_path / "build")
    path = tmp_path / request.param
    if path.suffix:
        path.write_bytes(b"PK, a model")
    else:
        path.mkdir()
        (path / "saved_model.pb").write_bytes(b"a model")
    return Choice("host", "tiny", "auto", model=path)


def own_set(one: Choice) -> Choice:
    assert one.model is not None
    path = one.model.with_name("own.npz")
    path.write_bytes(b"samples")
    return replace(one, calibration_data=path)


def test_digits_are_data_of_a_model_that_takes_them(
    chosen: Choice, found: dict[str, Stage]
) -> None:
    edges.write(chosen.build_dir, DIGITS)
    assert stages.has_data(chosen)
    stages.quantize(chosen)
    assert list(found) == ["import", "data", "quantize"]
    kept = (FLOAT_MODEL,) if chosen.model_kind == "keras" else ()
    assert found["quantize"].inputs == (*kept, FLOAT_EDGES, TRAIN_SPLIT)
    assert found["import"].outputs == (FLOAT_EDGES, *kept)


@pytest.mark.parametrize("other", [THREE, TWO])
def test_others_are_refused_with_what_they_need(
    chosen: Choice, found: dict[str, Stage], other: Edges
) -> None:
    edges.write(chosen.build_dir, other)
    assert not stages.has_data(chosen)
    with pytest.raises(CodegenError, match=r"quantize: .* takes 'x' .* --calibration-data FILE"):
        stages.quantize(chosen)
    assert list(found) == ["import"]


@pytest.mark.parametrize("any_model", [DIGITS, THREE, TWO])
def test_an_own_calibration_set_is_no_data_to_measure_with(
    chosen: Choice, found: dict[str, Stage], any_model: Edges
) -> None:
    edges.write(chosen.build_dir, any_model)
    given = own_set(chosen)
    stages.quantize(given)
    assert list(found) == ["import", "quantize"]
    assert TRAIN_SPLIT not in found["quantize"].inputs
    assert "calibration data" in found["quantize"].options()
    assert not stages.has_data(given)
    with pytest.raises(CodegenError, match="evaluate: "):
        stages.require_data(given, "evaluate")


def test_where_an_own_calibration_set_has_no_place(chosen: Choice, tmp_path: Path) -> None:
    given = own_set(chosen)
    choice.check(given)
    absent, other = tmp_path / "absent.npz", tmp_path / "own.csv"
    other.write_text("1,2")
    for bad, message in [
        (replace(given, model=None), "is for a Keras model or a SavedModel by --model"),
        (replace(given, model=tmp_path / "own.tflite"), "a .tflite is quantized"),
        (replace(given, calibration_data=absent), "give a .npz or .npy file that is there"),
        (replace(given, calibration_data=other), "give a .npz or .npy file that is there"),
    ]:
        with pytest.raises(CodegenError, match=message) as told:
            choice.check(bad)
        assert told.value.exit_code == 2
