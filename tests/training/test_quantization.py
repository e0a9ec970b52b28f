"""Quantization modes and per-layer errors, on a model trained on a handful of digits."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from codegen.errors import CodegenError
from codegen.files.artifacts import FLOAT_MODEL, LAYER_ERRORS
from codegen.host.oracle_child import answers
from codegen.host.random_inputs import random_inputs
from codegen.host.runtime import HostRuntime
from codegen.model.int8_checks import check_int8
from codegen.model.op_table import load_supported_ops
from codegen.model.tflite import Model
from training.data.examples import calibrating
from training.errors import DataError
from training.int8 import layer_errors, modes
from training.int8.quantize import load_float_model
from training.tf_runtime import load_tensorflow


def test_modes_are_converted_measured_and_judged(trained: Path) -> None:
    compared = ["int8", "float32", "dynamic"]
    results = {r.mode: r for r in modes.compare(trained, compared, calibration=20)}
    assert results["int8"].bytes < results["float32"].bytes
    assert results["float32"].logit_error_max < 1e-3 < results["int8"].logit_error_max
    assert not results["int8"].refused and not results["float32"].refused
    assert "hybrid" in results["dynamic"].refused
    for mode, result in results.items():
        model = Model.read(trained / modes.FOLDER / f"{mode}.tflite")
        assert model.size == result.bytes
    text = modes.table(list(results.values()))
    assert "\nfloat32 " in text and text.endswith(f"dynamic: {results['dynamic'].refused}")


@pytest.mark.parametrize(("mode", "edges"), [("int8-uint8io", "UINT8"), ("int16x8", "INT16")])
def test_other_integers_at_the_edges_go_on(trained: Path, mode: str, edges: str) -> None:
    """And give the oracle's bytes."""
    model = load_float_model(trained / FLOAT_MODEL)
    pixels = calibrating(trained, 20).real()
    content = modes.convert_in_mode(load_tensorflow(), model, pixels, mode)
    parsed = Model.parse(content)
    check_int8(parsed, load_supported_ops())
    assert [one.dtype for one in (*parsed.inputs, *parsed.outputs)] == [edges, edges]
    (inputs,) = random_inputs(parsed, 5, seed=1)
    (wanted,) = answers(parsed, [inputs])
    with HostRuntime(content) as runtime:
        for values, row in zip(inputs, wanted, strict=True):
            runtime.invoke(values)
            assert runtime.output() == row.tobytes()


@pytest.mark.parametrize(
    "mode", sorted(set(modes.MODES) - {"int8", "int8-uint8io", "int16x8", "float32"})
)
def test_hybrid_and_float16_may_not_go_on(trained: Path, mode: str) -> None:
    model = load_float_model(trained / FLOAT_MODEL)
    pixels = calibrating(trained, 20).real()
    content = modes.convert_in_mode(load_tensorflow(), model, pixels, mode)
    with pytest.raises(CodegenError, match="convert it again with full-integer quantization"):
        check_int8(Model.parse(content), load_supported_ops())


def test_an_unknown_mode_is_refused_before_anything_is_done(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="unknown quantization mode 'int4'; known: int8"):
        modes.compare(tmp_path, ["int4"], calibration=20)


def test_logits_of_every_way_to_end_with_a_softmax() -> None:
    load_tensorflow()
    import keras

    image = keras.Input((3,))
    dense = keras.layers.Dense(2, name="scores")(image)
    rows = np.arange(6, dtype=np.float32).reshape(2, 3)
    plain = keras.Model(image, dense)
    layer = keras.Model(image, keras.layers.Softmax()(dense))
    fused = keras.Model(image, keras.layers.Dense(2, activation="softmax")(image))
    fused.set_weights(plain.get_weights())
    one_after_another = keras.Sequential([image, keras.layers.Dense(2, activation="softmax")])
    one_after_another.set_weights(plain.get_weights())
    for model in (plain, layer, fused, one_after_another):
        bare = modes._without_softmax(model)
        np.testing.assert_allclose(bare(rows), plain(rows), rtol=1e-6)


def test_layer_errors_find_the_layer_that_was_calibrated_badly(trained: Path) -> None:
    good = layer_errors.measure(trained, calibration=50, count=10)
    assert [e.op for e in good if e.own_sqnr_db < layer_errors.BAD_SQNR_DB] == []
    # One of the 100 logits may be: ten digits hardly say more than that it is not often.
    assert all(0 < e.range_use <= 1 and e.saturated <= 0.01 for e in good)
    with (trained / LAYER_ERRORS).open() as file:
        rows = list(csv.DictReader(file))
    assert [row["op"] for row in rows] == [e.op for e in good]
    assert layer_errors.read(trained) == good
    bad = layer_errors.measure(trained, calibration=1, count=10)
    assert max(e.saturated for e in bad) > 0.05
    assert min(e.own_sqnr_db for e in bad) < min(e.own_sqnr_db for e in good) - 6
