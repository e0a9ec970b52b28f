"""Models that nobody trained yet become int8 .tflite files for preflight."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from codegen.boards.facts import load_board
from codegen.cost.preflight import preflight
from codegen.files.artifacts import INT8_MODEL
from codegen.model.lean import lean
from codegen.model.tflite import Model
from training.errors import ArtifactError, ConversionError, DataError
from training.int8.untrained import convert_untrained
from training.int8.untrained_recipe import convert_recipe
from training.tf_runtime import load_tensorflow, quiet_output


def network(last: str = "softmax", rows: int | None = 12) -> Any:
    load_tensorflow(seed=1)
    import keras

    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((rows, 12, 1)),
            layers.Conv2D(4, 3, activation="relu"),
            layers.GlobalAveragePooling2D(),
            layers.Dense(5, activation=last),
        ]
    )


@pytest.fixture(scope="module")
def keras_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("keras") / "net.keras"
    network().save(path)
    return path


@pytest.mark.usefixtures("in_this_process")
def test_a_keras_model_fits_a_board_before_it_is_trained(keras_path: Path) -> None:
    content = convert_untrained(keras_path)
    model = Model.parse(content)
    assert model.inputs[0].shape == (1, 12, 12, 1)
    found = preflight(model, load_board("mps2_an386"))
    assert found.problems == ()
    assert {"CONV_2D", "FULLY_CONNECTED", "SOFTMAX"} <= set(model.op_names)


def test_a_recipe_costs_before_its_training_what_it_does_after_it(built: Path) -> None:
    before = Model.parse(convert_recipe("tiny", built))
    after = Model.read(built / INT8_MODEL)
    board = load_board("mps2_an386")
    assert [one.name for one in before.ops] == [one.name for one in after.ops]
    assert abs(before.size - after.size) <= 64  # some scales may be equal
    assert preflight(before, board).plan == preflight(after, board).plan
    assert preflight(before, board).instructions == preflight(after, board).instructions


def test_a_recipe_takes_the_data_or_says_what_it_takes(built: Path) -> None:
    with pytest.raises(DataError, match="recipe keyword takes data of kind"):
        convert_recipe("keyword", built)


def test_a_saved_model_gives_the_same_ops(keras_path: Path, tmp_path: Path) -> None:
    with quiet_output():
        network().export(tmp_path / "saved")
    from_folder = Model.parse(convert_untrained(tmp_path / "saved"))
    assert from_folder.op_names == Model.parse(convert_untrained(keras_path)).op_names


@pytest.mark.usefixtures("in_this_process")
def test_an_op_that_the_runtime_lacks_is_named_not_refused(tmp_path: Path) -> None:
    load_tensorflow(seed=1)
    import keras

    given = keras.Input((4, 3))
    keras.Model(given, keras.ops.prod(given, axis=1)).save(tmp_path / "prod.keras")
    found = preflight(
        Model.parse(convert_untrained(tmp_path / "prod.keras")), load_board("mps2_an386")
    )
    assert any("(REDUCE_PROD)" in problem for problem in found.problems)


@pytest.mark.usefixtures("in_this_process")
def test_what_tables_replace_is_no_problem_before_training_either(tmp_path: Path) -> None:
    network("exponential").save(tmp_path / "exp.keras")
    content = convert_untrained(tmp_path / "exp.keras")
    assert preflight(Model.parse(content), load_board("mps2_an386")).problems == ()
    assert len(lean(content)) == len(content)  # what ships has no names either


def test_what_is_no_model_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "bad.keras").write_bytes(b"nothing")
    (tmp_path / "notes.json").write_text("{}")
    (tmp_path / "empty").mkdir()
    for name, reason in (
        ("absent.keras", "no such file"),
        ("bad.keras", "neither the zip file nor the HDF5"),
        ("notes.json", "by its name"),
        ("empty", "a folder without saved_model.pb"),
    ):
        with pytest.raises(ArtifactError, match=reason):
            convert_untrained(tmp_path / name)


@pytest.mark.usefixtures("in_this_process")
def test_a_damaged_model_is_the_files_fault_and_no_layers(tmp_path: Path) -> None:
    tf = load_tensorflow(seed=1)
    module = tf.Module()
    module.kept = tf.Variable([1.0])
    module.call = tf.function(
        lambda x: {"y": x * module.kept}, input_signature=[tf.TensorSpec((None, 2), name="x")]
    )
    for name in ("cut", "empty", "without"):
        with quiet_output():
            tf.saved_model.save(module, str(tmp_path / name), signatures=module.call)
    program = (tmp_path / "cut" / "saved_model.pb").read_bytes()
    (tmp_path / "cut" / "saved_model.pb").write_bytes(program[: len(program) // 2])
    (tmp_path / "empty" / "saved_model.pb").write_bytes(b"")
    shutil.rmtree(tmp_path / "without" / "variables")
    for name in ("cut", "empty", "without"):
        with pytest.raises(ArtifactError, match=r"no SavedModel that can be read .* export it"):
            convert_untrained(tmp_path / name)
    network().save(tmp_path / "whole.keras")
    whole = (tmp_path / "whole.keras").read_bytes()
    (tmp_path / "half.keras").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ArtifactError, match=r"no Keras model .*; give a \.tflite, a \.keras file"):
        convert_untrained(tmp_path / "half.keras")


@pytest.mark.usefixtures("in_this_process")
def test_an_open_dimension_is_refused(tmp_path: Path) -> None:
    network(rows=None).save(tmp_path / "open.keras")
    with pytest.raises(ArtifactError, match="only the batch may be open"):
        convert_untrained(tmp_path / "open.keras")


def test_a_loop_is_refused_before_it_crashes_the_converter(tmp_path: Path) -> None:
    tf = load_tensorflow(seed=1)
    module = tf.Module()
    # as Keras makes a recurrent layer
    module.call = tf.function(
        lambda x: {"y": tf.while_loop(lambda y: y[0, 0] < 1, lambda y: (y + 1,), (x,))[0]},
        input_signature=[tf.TensorSpec((None, 2), name="x")],
    )
    with quiet_output():
        tf.saved_model.save(module, str(tmp_path / "loop"), signatures=module.call)
    with pytest.raises(ConversionError, match=r"is a loop.*convolutions over time"):
        convert_untrained(tmp_path / "loop")
